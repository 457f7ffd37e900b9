"""What is stored -> the site as values, which `render` turns into files. Pure."""

from planet.edition.build import HUES, Stored, build, hue, start_of
from planet.edition.fingerprints import CLASSIFYING, fingerprint, program_rev, rules_rev, settings_rev
from planet.edition.lists import story_lists

__all__ = [
    "CLASSIFYING",
    "HUES",
    "Stored",
    "build",
    "fingerprint",
    "hue",
    "program_rev",
    "rules_rev",
    "settings_rev",
    "start_of",
    "story_lists",
]
