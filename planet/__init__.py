"""A planet: the feeds and calendars of a community on one page, and by technology.

Each folder is one stage; posts and events go through them in this order:

    config -> fetch -> parse -> normalise -> sanitise -> classify -> merge -> store -> edition -> render -> publish -> notify

`update` takes one document from `parse` to `store`, `pipeline` makes one run of all stages, `assemble` chooses the parts of it that have
two implementations, `cli` has the commands. The stages share the values of `model` and the rules of the modules beside them (`text`,
`urls`, `when`, `similarity`, ...), and never import each other: tests/test_structure.py lists what may import what.
"""

__version__ = "1.0.0"
