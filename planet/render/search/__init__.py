"""The search index: static files that the search page asks by itself, a few small ones for each query.

Stories are in segments by time (years that are over together, this year, this month, the newest of this month), so that a new story
changes the files of the newest only. A segment has

    search/<segment>/index.json  where its buckets begin, and of each story its technologies, its sources, its day
    search/<segment>/<n>.json    a bucket: stems in alphabetical order with the stories that hold them
    search/<segment>/d<n>.json   what is shown of a hundred stories

Words are folded (case, accents) and stemmed by Snowball, here and in the page (`client/`), French and English.
"""

from planet.render.search.index import index, script_path, segments
from planet.render.search.words import stems

__all__ = ["index", "script_path", "segments", "stems"]
