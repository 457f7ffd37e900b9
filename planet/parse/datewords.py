"""The words that dates are written with: months in nine languages, zones with their offset. Tables only."""

from __future__ import annotations

from planet.text import without_accents

# Folded: lower case, no accents, no dots. Where two languages disagree on a word, the month wins over the weekday only in last place
# (`dates.py` takes the last month word of a date), so `mar. 5 mars` is a Tuesday of March.
_MONTHS = (
    (
        "january jan janvier janv januar janner jan enero ene gennaio gen genn janeiro januari "
        "январь января янв stycznia styczen sty"
    ),
    (
        "february feb fevrier fevr fev februar feber febrero febbraio febb fevereiro februari "
        "февраль февраля фев февр lutego luty lut"
    ),
    "march mar mars marz mrz maerz marzo mart marco maart mrt март марта мар marca marzec",
    "april apr avril avr abril abr aprile апрель апреля апр kwietnia kwiecien kwi",
    "may mai mayo maggio mag maio mei май мая maja maj",
    "june jun juin juni junio giugno giu junho июнь июня июн czerwca czerwiec cze",
    "july jul juillet juil juli julio luglio lug julho июль июля июл lipca lipiec lip",
    "august aug aout agosto ago augustus август августа авг sierpnia sierpien sie",
    "september sep sept septembre septiembre setiembre settembre set setembro сентябрь сентября сен сент wrzesnia wrzesien wrz",
    "october oct octobre oktober okt octubre ottobre ott outubro out октябрь октября окт pazdziernika pazdziernik paz",
    "november nov novembre noviembre novembro ноябрь ноября ноя нояб listopada listopad lis",
    "december dec decembre dezember dez diciembre dic dicembre dezembro декабрь декабря дек grudnia grudzien gru",
)
MONTHS = {without_accents(word): number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

# Minutes east of Greenwich. Where a name has several meanings, the one that feeds use: BST British, IST Indian, CST and EST American,
# AST Atlantic, MST Mountain.
ZONES: dict[str, int] = {
    "": 0,
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet", "egst", "zulu"), 0),
    **dict.fromkeys(("cet", "met", "mez", "bst", "west", "wat", "ist-ie"), 60),
    **dict.fromkeys(("cest", "mest", "mesz", "eet", "cat", "sast"), 120),
    **dict.fromkeys(("eest", "msk", "eat", "trt"), 180),
    **dict.fromkeys(("msd", "gst", "samt"), 240),
    **dict.fromkeys(("pkt", "yekt"), 300),
    **dict.fromkeys(("ict", "wib"), 420),
    **dict.fromkeys(("hkt", "sgt", "awst", "pht", "myt", "wita"), 480),
    **dict.fromkeys(("jst", "kst"), 540),
    **dict.fromkeys(("ast", "edt", "clt"), -240),
    **dict.fromkeys(("est", "cdt", "cot", "pet"), -300),
    **dict.fromkeys(("cst", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst", "akdt"), -480),
    **dict.fromkeys(("brt", "art", "adt", "clst", "uyt"), -180),
    "ist": 330,
    "npt": 345,
    "acst": 570,
    "acdt": 630,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "nst": -210,
    "ndt": -150,
    "akst": -540,
    "hst": -600,
    "hadt": -540,
}
# The letters of RFC 822 were defined with the wrong sign: RFC 5322 (4.3) has them all mean "no offset known".
ZONES.update(dict.fromkeys("abcdefghiklmnopqrstuvwxy", 0))
del ZONES[""], ZONES["ist-ie"]

OCLOCK = frozenset(
    {
        "h",
        "uhr",
        "heures",
        "t",
        "at",
        "a",
        "de",
        "del",
        "of",
        "le",
        "um",
        "den",
        "klo",
        "alle",
        "ore",
        "г",
        "года",
        "в",
        "o",
    }
)
"""Words between the parts of a date that say nothing (after a day or a month name, never a zone's place)."""


def folded(text: str) -> str:
    """Lower case without accents."""
    return without_accents(text.lower())
