"""What is stored -> the site as values, which `render` turns into files. Pure."""

from planet.edition.build import HUES, build, hue, start_of
from planet.edition.fingerprints import fingerprint, rules_rev
from planet.edition.health import HealthRules, feed_health
from planet.edition.lists import story_lists

__all__ = ["HUES", "HealthRules", "build", "feed_health", "fingerprint", "hue", "rules_rev", "start_of", "story_lists"]
