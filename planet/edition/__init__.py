"""What is stored -> the site as values, which `render` turns into files. Pure."""

from planet.edition.build import HUES, build, hue, start_of
from planet.edition.fingerprints import fingerprint, rules_rev
from planet.edition.lists import story_lists

__all__ = ["HUES", "build", "fingerprint", "hue", "rules_rev", "start_of", "story_lists"]
