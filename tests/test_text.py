from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planet import text
from planet.text import digest, fold, one_line, plain, shorten, slug, xml_safe

anything = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(["a", " ", "\n", "\x00", "\x1b", "\x85", "\x9f", "\ud800", "\ufffe", "\u202e", "\u200b", "\u200d", "é", "<b>", "</p>", "<", "&amp;", "&lt;", "&#11;", "&", "C++", "<!--", "-->", "<script>", "</script>"]),
        max_size=15,
    ).map("".join),
)  # fmt: skip


@given(anything)
def test_no_output_ever_holds_a_control_character(given_text: str) -> None:
    for made in (xml_safe(given_text), one_line(given_text), plain(given_text)):
        assert not [c for c in made if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t"]
        assert "\ufffe" not in made
        made.encode()
    assert not set(one_line(given_text)) & set("\n\r\t\u202e\u200b\u2028")


@given(anything)
def test_cleaning_twice_changes_nothing(given_text: str) -> None:
    assert xml_safe(xml_safe(given_text)) == xml_safe(given_text)
    assert one_line(one_line(given_text)) == one_line(given_text)
    assert fold(fold(given_text)) == fold(given_text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_fast_way_for_ascii_keeps_what_the_other_keeps(given_text: str) -> None:
    assert xml_safe(given_text) + "é" == xml_safe(given_text + "é")
    assert fold(given_text) + "e" == fold(given_text + "é")


@given(anything, st.integers(1, 60))
def test_a_text_is_cut_at_its_limit(given_text: str, limit: int) -> None:
    assert len(shorten(given_text, limit)) <= limit
    assert len(one_line(given_text, limit)) <= limit
    assert shorten(given_text, len(given_text)) == given_text


def test_a_cut_keeps_whole_words_and_says_so() -> None:
    assert shorten("one two three four", 14) == "one two three…"
    assert shorten("one two, three", 10) == "one two…"
    assert shorten("x" * 20, 5) == "xxxx…"


def test_joiners_that_spell_words_stay() -> None:
    assert one_line("می\u200cخواهم 👩\u200d💻") == "می\u200cخواهم 👩\u200d💻"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("AT&T", "AT&T"),
        ("a < b", "a < b"),
        ("a<5 and c>d", "a<5 and c>d"),
        ("List<T>", "List<T>"),
        ("<b>bo</b>ld", "bold"),
        ("one<br/>two<p>three</p>four", "one two three four"),
        ("&lt;b&gt; &amp;lt;", "<b> &lt;"),
        ("&eacute;&nbsp;&foo;", "é &foo;"),
        ("a<!-- no --><!-- -- -->b<!-- open", "ab<!-- open"),
        ("a<script>x()</script>b<STYLE>y</STYLE>c", "a b c"),
        ('<a title="x" href=y>link</a>', "link"),
        ("unclosed <b", "unclosed <b"),
        ("unclosed <script>text", "unclosed text"),
    ],
)
def test_markup_goes_and_text_stays(markup: str, shown: str) -> None:
    assert plain(markup) == shown


@pytest.mark.parametrize(
    "bomb", ["<script>" * 30_000, "<b " * 50_000, "<!--" * 50_000, "&" * 100_000, "<!-- - - " * 20_000]
)
def test_a_long_text_is_read_as_far_as_a_title_can_reach(bomb: str) -> None:
    assert len(plain(bomb)) <= text.PLAIN_LENGTH


@pytest.mark.parametrize(
    "spelling", ["Vie privée", "vie-privee", "VIE_PRIVÉE", "vie.privée", "Vieprivée", "vie  privée"]
)
def test_spellings_of_a_tag_fold_to_one(spelling: str) -> None:
    assert fold(spelling) == "vieprivee"


def test_languages_that_differ_by_a_sign_stay_apart() -> None:
    assert len({fold(name) for name in ("C", "C++", "C#")}) == 3
    assert len({slug(name) for name in ("C", "C++", "C#")}) == 3


@given(anything)
def test_a_slug_is_always_a_safe_name(given_text: str) -> None:
    made = slug(given_text)
    assert 1 <= len(made) <= 67
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert made not in text.RESERVED


@pytest.mark.parametrize("name", ["CON", "nul", "../../etc/passwd", "", "…", "日本", "a" * 500, "com1"])
def test_a_name_made_to_break_out_is_only_a_name(name: str) -> None:
    assert slug(name) not in text.RESERVED
    assert "/" not in slug(name)
    assert slug(name)


@given(st.lists(anything, max_size=4), st.lists(anything, max_size=4))
def test_a_digest_tells_sequences_apart(one: list[str], other: list[str]) -> None:
    if "\0" not in "".join(one + other):
        assert (digest(*one) == digest(*other)) == (one == other)
    assert len(digest(*one)) == 32


def test_an_excerpt_is_the_text_without_code_or_the_authors_own_summary() -> None:
    markup = "<p>Une énumération les remplace.</p><pre><code>enum Statut</code></pre><p>Le champ fait le reste.</p>"
    assert text.excerpt(markup, "") == "Une énumération les remplace. Le champ fait le reste."
    assert text.excerpt(markup, "Une énumération les remp…") == "Une énumération les remplace. Le champ fait le reste."
    assert text.excerpt(markup, "Ce billet parle de PHP.") == "Ce billet parle de PHP."
    assert text.excerpt("<pre>x = 1</pre>", "") == "x = 1"
    assert text.excerpt("<p>" + "mot " * 200 + "</p>", "", 50) == "mot " * 11 + "mot…"
