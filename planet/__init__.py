"""A planet: the feeds and calendars of a community on one page, and by technology.

Each folder is one stage; posts and events go through them in this order:

    config -> fetch -> parse -> normalise -> sanitise -> classify -> merge -> store -> edition -> render -> publish -> notify

Around them are three layers (docs/architecture.md names every module):

    edge     cli assemble cluster subscriptions sample locale: commands, and the choice of parts that have two implementations
    flow     pipeline reading update site ...: the order of the stages, for one run, one document, one site
    stages   the folders above; none imports another
    ground   model text urls when i18n ...: values, and rules that every layer may use

A module imports only what lies below it: tests/test_structure.py says what may import what.
"""

__version__ = "1.0.0"
