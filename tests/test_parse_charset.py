"""Which character set a document is in, whatever its labels say (fetching 1f)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.model import RawFeed, Unreadable
from planet.parse import charset
from planet.parse.reader import parse
from tests.support.effort import examples

FRENCH = "L’été à Clermont, « ça » coûte 5 €"


def document(text: str, declared: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    return f'{declaration}<rss version="2.0"><channel><title>{text}</title><item><title>{text}</title></item></channel></rss>'


def title(body: bytes, content_type: str = "") -> str:
    found = parse(body, content_type=content_type, url="https://x.example/", max_entries=10)
    assert isinstance(found, RawFeed), found
    assert found.entries[0].title is not None
    return found.entries[0].title.value


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (document(FRENCH).encode(), "text/xml"),  # no charset anywhere
        (document(FRENCH).encode(), "application/rss+xml; charset=iso-8859-1"),  # the header lies
        (document(FRENCH, "iso-8859-1").encode(), ""),  # the declaration lies
        (document(FRENCH, "utf-8").encode("cp1252"), "text/xml; charset=utf-8"),  # both lie
        (document(FRENCH, "iso-8859-1").encode("cp1252"), ""),  # Latin 1 is windows-1252
        (document(FRENCH).encode("cp1252"), "text/xml; charset=us-ascii"),
        (
            b"\xef\xbb\xbf" + document(FRENCH, "iso-8859-1").encode(),
            "text/xml; charset=iso-8859-1",
        ),  # the mark wins
        (b"\xef\xbb\xbf\xef\xbb\xbf\n\n" + document(FRENCH).encode(), ""),  # marks and blanks before <?xml
        (document(FRENCH, "utf-8").encode("utf-16"), ""),  # with a mark
        (document(FRENCH, "utf-8").encode("utf-16-le"), ""),  # without
        (document(FRENCH, "utf-8").encode("utf-16-be"), "text/xml; charset=utf-8"),
        (document(FRENCH, "utf-16").encode(), ""),
        (document(FRENCH, "x-nonsense").encode(), "text/xml; charset=more-nonsense"),  # nobody knows it
        (
            document(FRENCH, "iso-8859-15").encode("cp1252"),
            "text/xml; charset=windows-1252",
        ),  # the header before the declaration
    ],
)
def test_a_title_survives_its_labels(body: bytes, content_type: str) -> None:
    assert title(body, content_type) == FRENCH


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        # the sets of other countries.
        ("koi8-r", "koi8-r", "Привет, планета"),
        ("windows-1251", "cp1251", "Привет, планета"),
        ("gb2312", "gb2312", "星球上的社区"),
        ("GB18030", "gb18030", "星球上的社区𠀀"),
        ("big5", "big5", "星球上的社區"),
        ("Shift_JIS", "shift_jis", "惑星のコミュニティ"),
        ("EUC-JP", "euc-jp", "惑星のコミュニティ"),
        ("ISO-2022-JP", "iso2022_jp", "惑星のコミュニティ"),
        ("euc-kr", "euc-kr", "행성의 공동체"),
        ("iso-8859-2", "iso8859-2", "Příliš žluťoučký"),
        ("iso-8859-15", "iso8859-15", "5 €, cœur"),
        ("windows-1250", "cp1250", "Příliš žluťoučký"),
        ("macintosh", "mac-roman", "été"),
        # every label of the WHATWG list, with and without punctuation; Python's own names of the same sets.
        ("iso88592", "iso8859-2", "Příliš žluťoučký"),
        ("csisolatin2", "iso8859-2", "Příliš žluťoučký"),
        ("latin-9", "iso8859-15", "5 €, cœur"),
        ("ISO_8859-15", "iso8859-15", "5 €, cœur"),
        ("x-mac-cyrillic", "mac-cyrillic", "Привет, планета"),
        ("csshiftjis", "shift_jis", "惑星のコミュニティ"),
        ("cp936", "gbk", "星球上的社区"),
        ("windows_1251", "cp1251", "Привет, планета"),
        ("dos-874", "cp874", "ชุมชนบนดาวเคราะห์"),
    ],
)
def test_a_charset_of_another_country_is_read_from_header_or_declaration(label: str, codec: str, text: str) -> None:
    assert title(document(text, label).encode(codec)) == text
    assert title(document(text).encode(codec), f'text/xml; charset="{label.lower()}"') == text
    assert title(document(text, label).encode()) == text  # UTF-8 all the same


def test_one_bad_byte_costs_one_character() -> None:
    """Never a switch to another charset."""
    body = document(FRENCH + " ~ fin").encode().replace(b"~", b"\xff")
    for content_type in ("", "text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"):
        found = parse(body, content_type=content_type, url="https://x.example/", max_entries=10)
        assert isinstance(found, RawFeed)
        assert found.entries[0].title is not None
        assert found.entries[0].title.value == FRENCH + " \ufffd fin"
        assert [str(message) for message in found.warnings] == ["2 bytes are no utf-8: each costs one character"]
    spoiled = document("惑星のコミュニティ #", "shift_jis").encode("shift_jis").replace(b"#", b"\xff")
    assert title(spoiled).startswith("惑星のコミュニティ")


def test_codecs_that_are_no_character_sets_are_never_used() -> None:
    for label in ("utf-7", "unicode_escape", "zlib_codec", "rot13", "base64", "idna", "hex"):
        text = "\\u003cb\\u003e +ADw-b+AD4-"
        assert title(document(text, label).encode(), f"text/xml; charset={label}") == text
    for codec in ("utf-32", "utf-32-le"):
        found = parse(document("x").encode(codec), content_type="", url="", max_entries=1)
        assert isinstance(found, Unreadable)


def test_a_label_that_is_hostile_is_only_a_label() -> None:
    for content_type in (
        "text/xml\0; charset=\0",
        "charset=" + "x" * 100_000,
        "; charset=../../etc/passwd",
        "text/xml;charset",
    ):
        assert title(document(FRENCH).encode(), content_type) == FRENCH


@settings(max_examples=examples(200))
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_are_text_or_refused(body: bytes, content_type: str) -> None:
    found = charset.decode(body, content_type)
    assert found is None or found.text.encode("utf-8", "surrogatepass") is not None


@settings(max_examples=examples(150))
@given(
    st.text(alphabet=st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), min_size=4, max_size=60),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]),
    st.sampled_from(["", "iso-8859-1", "windows-1252"]),
)
def test_text_comes_back_from_any_encoding(text: str, codec: str, label: str) -> None:
    whole = f"<a>{text}</a> étés"
    body = whole.encode(codec)
    found = charset.decode(body, f"text/xml; charset={label}")
    assert found is not None
    if codec != "cp1252" or charset._almost_utf8(body) is None:
        assert found.text == whole
