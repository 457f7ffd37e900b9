"""The elements of HTML, and what the planet knows of each: one line an element, and every rule reads its set from this table.

An element that one more line allows is at once parsed within its limits, broken into lines of plain text, and judged by the rules
that prove sanitised markup to be a fixed point. Properties, each with the section of the HTML standard behind it:

| property | meaning |
|---|---|
| kept | stays in a post (the allow-list); what is neither `kept`, `frame` nor `dropped` goes and leaves its content |
| frame | shows another document: becomes a link to it |
| dropped | goes with what it holds |
| void | has no content and no end tag (13.1.2) |
| inline | part of a line: words on both sides of its tags may be one word |
| block | a line of its own in plain text |
| cell | parted by a blank from what follows in plain text |
| closes-p | its start tag ends an open paragraph (13.2.6.4.7) |
| formatting | opened again in the next block when it was left open (13.2.4.3) |
| raw | holds text, not markup (13.2.5.2 to 13.2.5.4) |
| implied | needs no end tag: another start tag, or the end of its parent, ends it (13.1.2.4) |
| math | MathML Core, which browsers render; no element of it that could hold HTML or a script is kept |
| page | an HTML page without `<html>` may begin with it |
"""

from __future__ import annotations

_TABLE = """
a               kept inline formatting page
abbr            kept inline
acronym         inline
address         kept block closes-p
annotation      dropped math
annotation-xml  dropped math
applet
area            dropped void
article         block closes-p page
aside           block closes-p
audio           kept block
b               kept inline formatting
base            void
bdi             kept inline
bdo             kept inline
big             inline formatting
blink           inline
blockquote      kept block closes-p
body            page
br              kept block void page
button
canvas
caption         kept block
center          block closes-p page
cite            kept inline
code            kept inline formatting
col             kept void
colgroup        kept
data            inline
datalist
dd              kept block closes-p implied
del             kept inline
details         kept block closes-p
dfn             kept inline
dialog          block closes-p
dir             block closes-p
div             kept block closes-p page
dl              kept block closes-p
dt              kept block closes-p implied
em              kept inline formatting
embed           frame void
fieldset        block closes-p
figcaption      kept block closes-p
figure          kept block closes-p
font            inline formatting
footer          block closes-p
form            block closes-p page
frame           dropped void
frameset        dropped
h1              kept block closes-p page
h2              kept block closes-p page
h3              kept block closes-p page
h4              kept block closes-p
h5              kept block closes-p
h6              kept block closes-p
head            page
header          block closes-p
hgroup          block closes-p
hr              kept block void closes-p
html            page
i               kept inline formatting
iframe          frame raw
img             kept void page
input           void
ins             kept inline
kbd             kept inline
label           inline
legend          block
li              kept block closes-p implied
link            void page
main            block closes-p page
map             dropped
mark            kept inline
marquee         block
math            kept math
menclose        kept math
menu            block closes-p
merror          kept math
meta            void page
meter
mfrac           kept math
mi              kept math
mmultiscripts   kept math
mn              kept math
mo              kept math
mover           kept math
mpadded         kept math
mphantom        kept math
mprescripts     kept math
mroot           kept math
mrow            kept math
ms              kept math
mspace          kept math
msqrt           kept math
mstyle          kept math
msub            kept math
msubsup         kept math
msup            kept math
mtable          kept math
mtd             kept math
mtext           kept math
mtr             kept math
munder          kept math
munderover      kept math
nav             block closes-p
nobr            inline formatting
noembed         dropped raw
noframes        dropped raw
none            kept math
noscript        dropped
object          frame
ol              kept block closes-p
optgroup
option          implied block
output          inline
p               kept block closes-p implied page
param           void
picture         kept
plaintext       block closes-p raw
portal          dropped
pre             kept block closes-p
progress
q               kept inline
rp              kept implied
rt              kept implied
ruby            kept
s               kept inline formatting
samp            kept inline
script          dropped raw page
section         block closes-p page
select
semantics       kept math
slot            inline
small           kept inline formatting
source          kept void
span            kept inline page
strike          inline formatting
strong          kept inline formatting
style           dropped raw page
sub             kept inline
summary         kept block closes-p
sup             kept inline
svg             dropped
table           kept block closes-p page
tbody           kept block implied
td              kept cell implied
template        dropped
textarea        raw
tfoot           kept block implied
th              kept cell implied
thead           kept block implied
time            kept inline
title           dropped raw page
tr              kept block implied
track           void
tt              inline formatting
u               kept inline formatting
ul              kept block closes-p
var             kept inline
video           kept block
wbr             kept inline void
xmp             block closes-p raw
"""
_PROPERTIES = {name: frozenset(words) for name, *words in (line.split() for line in _TABLE.split("\n") if line)}


def having(name: str) -> frozenset[str]:
    """The elements that have a property of the table."""
    return frozenset(element for element, properties in _PROPERTIES.items() if name in properties)


ELEMENTS = frozenset(_PROPERTIES)
KEPT = having("kept")
FRAMES = having("frame")
DROPPED = having("dropped")
VOID = having("void")
INLINE = having("inline")
BLOCKS = having("block")
CELLS = having("cell")
CLOSES_P = having("closes-p")
FORMATTING = having("formatting")
RAW = having("raw")
IMPLIED_END = having("implied")
MATH = having("math")
PAGE_STARTS = having("page")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
