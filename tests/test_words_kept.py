"""Where text is in a document it is stored, or a warning says what was left out: every visible word, in every format and wrapping."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.model import Entry, RawFeed, Read, Unreadable
from planet.normalise import normalise
from planet.parse.reader import parse
from planet.sanitise import sanitise
from planet.sanitise.limits import too_much
from tests.support.effort import examples

URL = "https://blog.example/feed.xml"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def read(body: str) -> Read:
    raw = parse(body.encode(), content_type="", url=URL, max_entries=500)
    assert isinstance(raw, RawFeed), raw
    return normalise(raw, feed="f", url=URL, known={}, sanitise=sanitise, now=NOW)


def entries(body: str) -> list[Entry]:
    return [entry for entry in read(body).entries if isinstance(entry, Entry)]


def rss(item: str, attributes: str = "") -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
        f"{attributes}><channel><title>Carnet</title><link>https://blog.example/</link><item><guid>1</guid>{item}</item></channel></rss>"
    )


def atom(inside: str) -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Carnet</title><entry><id>urn:1</id>{inside}</entry></feed>'
    )


def text_of(markup: str) -> str:
    """The plain text of one post."""
    return entries(rss(f"<description>{escape(markup)}</description>"))[0].text


# -- Any markup that an author may write ------------------------------------------------------------------------------------------

WORD = st.from_regex(r"[a-z]{3,8}", fullmatch=True)
SHOWN = [
    "p",
    "h2",
    "div",
    "ul",
    "li",
    "section",
    "article",
    "main",
    "nav",
    "form",
    "button",
    "select",
    "option",
    "label",
    "textarea",
    "dialog",
    "center",
    "font",
    "marquee",
    "blockquote",
    "pre",
    "code",
    "em",
    "strong",
    "span",
    "table",
    "tr",
    "td",
    "th",
    "dl",
    "dt",
    "dd",
    "details",
    "summary",
    "figure",
    "figcaption",
    "x-note",
    "noscript",
    "svg/text",
    "math/mtext",
    "object",
    "video",
    "ruby",
    "rt",
]


def wrapped(name: str, inside: str) -> str:
    outer, _, inner = name.partition("/")
    middle = f"<{inner}>{inside}</{inner}>" if inner else inside
    return f"<{outer}>{middle}</{outer}>"


MARKUP = st.recursive(
    WORD,
    lambda inner: st.one_of(
        st.builds(wrapped, st.sampled_from(SHOWN), WORD),
        st.builds(
            lambda name, parts: wrapped(name, " ".join(parts)),
            st.sampled_from(["p", "div", "em", "section"]),
            st.lists(inner),
        ),
    ),
    max_leaves=12,
)
WRAPPINGS = {
    "rss, escaped": lambda markup: rss(f"<description>{escape(markup)}</description>"),
    "rss, in a box": lambda markup: rss(f"<content:encoded><![CDATA[{markup}]]></content:encoded>"),
    "rss, in a box that is escaped": lambda markup: rss(
        f"<description>&lt;![CDATA[{escape(markup)}]]&gt;</description>"
    ),
    "rss, without a namespace": lambda markup: rss(f"<content>{escape(markup)}</content>"),
    "atom, html": lambda markup: atom(f'<content type="html">{escape(markup)}</content>'),
    "atom, of a type that is none": lambda markup: atom(f'<content type="markup">{escape(markup)}</content>'),
    "json": lambda markup: json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": markup}]}
    ),
}


def visible(markup: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,8}", re.sub(r"<[^>]*>", " ", markup)))


@settings(max_examples=examples(200))
@given(MARKUP, st.sampled_from(sorted(WRAPPINGS)))
def test_every_visible_word_is_stored_or_named_in_a_warning(markup: str, wrapping: str) -> None:
    result = read(WRAPPINGS[wrapping](markup))
    stored = " ".join(f"{entry.title} {entry.text}" for entry in result.entries if isinstance(entry, Entry))
    assert visible(markup) <= set(re.findall(r"[a-z]+", stored)) or result.warnings, stored


# -- Namespaces, roots, types ------------------------------------------------------------------------------------------------------

ITEM = "<title>Arbres</title><description>Tous les arbres.</description>"


@pytest.mark.parametrize(
    "body",
    [
        rss(ITEM, ' xmlns="http://www.w3.org/2005/Atom"'),
        rss(ITEM, ' xmlns="https://cms.example/ns"'),
        rss(ITEM).replace("<item>", '<item xmlns="urn:cms">'),
        rss(ITEM).replace("<title>Arbres", '<title xmlns="http://www.w3.org/1999/xhtml">Arbres'),
        rss(ITEM).replace("<rss", "<RSS").replace("</rss", "</RSS"),
        f"<CHANNEL><TITLE>C</TITLE><ITEM>{ITEM}</ITEM></CHANNEL>",
        f'<f:rss xmlns:f="urn:feeds" version="2.0"><f:channel><f:item>{ITEM.replace("<", "<f:").replace("<f:/", "</f:")}</f:item></f:channel></f:rss>',
        f"<rss><channel><title>A</title></channel><channel><item>{ITEM}</item></channel></rss>",
        f'<feed xmlns="urn:not-atom"><entry><id>1</id>{ITEM.replace("description", "summary")}</entry></feed>',
    ],
)
def test_the_name_of_a_namespace_or_the_case_of_a_root_hides_nothing(body: str) -> None:
    assert [(entry.title, entry.text) for entry in entries(body)] == [("Arbres", "Tous les arbres.")]


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><title>A</title><item/><item><unknown>x</unknown></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><wrapper><entry><id>1</id></entry></wrapper></feed>',
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"nothing": 1}, 7]}',
    ],
)
def test_entries_of_which_none_can_be_read_are_no_success(body: str) -> None:
    result = parse(body.encode(), content_type="", url=URL, max_entries=10)
    assert isinstance(result, Unreadable)
    assert re.search("entry|entries", str(result.error))


@pytest.mark.parametrize(
    "kind", ["CDATA", "html5", "plain", "application/octet-stream", "TEXT/HTML", "", "text/x-markdown"]
)
def test_a_type_that_says_nothing_costs_nothing(kind: str) -> None:
    body = atom(f'<title type="{kind}">Un titre</title><content type="{kind}">&lt;p&gt;Deux mots.&lt;/p&gt;</content>')
    assert [(entry.title, entry.text) for entry in entries(body)] == [("Un titre", "Deux mots.")]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<content>Tout.</content><description>Début</description>", "Tout."),
        ("<fullitem>Tout.</fullitem>", "Tout."),
        ("<summary>Peu.</summary>", "Peu."),
        ("<description>&lt;p&gt;Un&lt;/p&gt;<br/>&lt;p&gt;Deux&lt;/p&gt;</description>", "Un\nDeux"),
        (
            "<description><p>Le &lt;b&gt;mot&lt;/b&gt; et <code>&lt;b&gt;x&lt;/b&gt;</code></p></description>",
            "Le mot et <b>x</b>",
        ),
        ("<description><![CDATA[<p>Un</p><!-- ]]> --><p>Deux</p>]]></description>", "Un\nDeux"),
        ("<description><![CDATA[<script>//<![CDATA[\nf() && g()\n//]]></script><p>Un</p>]]></description>", "Un"),
        ("<description>Oui &amp;#55357;&amp;#56832; et &#55357;&#56832;</description>", "Oui 😀 et 😀"),
        (
            '<media:content url="/c.jpg" medium="image"><media:description>Un chat</media:description></media:content>',
            "Un chat",
        ),
        ("<description>Écrire &amp;lt;h1&amp;gt; une fois</description>", "Écrire <h1> une fois"),
        ("<description>&amp;lt;p&amp;gt;Deux fois échappé&amp;lt;/p&amp;gt;</description>", "Deux fois échappé"),
    ],
)
def test_a_text_is_found_wherever_feeds_put_it(inside: str, text: str) -> None:
    assert [entry.text for entry in entries(rss(inside))] == [text]


def test_a_whole_post_in_a_title_is_its_text() -> None:
    post = "Une phrase de plus. " * 40
    (entry,) = entries(rss(f"<title>{post}</title>"))
    assert len(entry.title) <= 300
    assert entry.text == post.strip()


def test_pictures_inside_the_text_do_not_use_up_its_length() -> None:
    plot = f'<img src="data:image/png;base64,{"iVBOR" * 60_000}">'
    assert text_of(f"<p>Un</p>{plot}<p>Deux</p>{plot}<p>Trois</p>{plot}<p>Quatre</p>") == "Un\nDeux\nTrois\nQuatre"


def test_what_is_too_long_or_too_deep_is_warned_of() -> None:
    for text in ("mot " * 200_000, "<div>" * 600 + "mot"):
        assert read(rss(f"<title>Long</title><description>{escape(text)}</description>")).warnings


# -- What developers write about ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Soit <script type='math/tex'>x^2</script>.", "Soit x^2."),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x2"),
        (
            (
                "<span class='katex'><math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x_1</annotation></semantics>"
                "</math><span class='katex-html'><span>x1</span></span></span> ici"
            ),
            "x_1 ici",
        ),
        ("<svg width='600' aria-label='Un plan'><path/></svg> ici", "Un plan ici"),
        ("<svg width='600'><title>Un plan</title><text>A</text></svg>", "Un plan"),
        ("<svg width='600'><path/></svg>", "[SVG]"),
        ("a <svg width='16'><path/></svg> b", "a b"),
        ("<script src='https://gist.github.com/ada/1.js'></script>", "gist.github.com/ada/1"),
        ("<script src='https://ads.example/x.js'>var y</script>reste", "reste"),
        ("<iframe srcdoc='&lt;b&gt;dedans&lt;/b&gt;'></iframe>", "dedans"),
        ("voir<iframe src='https://x.example/a'></iframe>ici", "voir x.example ici"),
        ("<noscript><img src='/a.png' alt='Un'></noscript><p>ici</p>", "ici"),
        ("<li><input type='checkbox' checked> fait</li><li><input type=checkbox> à faire</li>", "☑ fait\n☐ à faire"),
        ("<pre><span class='ln'>1</span>un\n<span style='user-select:none'>2</span>deux</pre>", "un deux"),
        ("<img class='emoji' src='https://s.w.org/images/core/emoji/1.svg' alt='🎉'> fête", "🎉 fête"),
        ("<img src='/chat.jpg' alt='Un chat dort'>", "Un chat dort"),
        ("Choisir <select><option>PHP</option><option>JS</option></select>", "Choisir PHP JS"),
    ],
)
def test_what_is_shown_to_readers_is_text(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    "name", ["data-src", "data-echo", "data-src-retina", "data-image", "data-url", "data-lazyload"]
)
def test_a_lazy_picture_is_shown_once(name: str) -> None:
    made = sanitise(
        f"<img src='/spinner.gif' {name}='/a.png'><noscript><img src='/a.png'></noscript>",
        base="https://b.example/",
        prefix="e-",
    )
    assert made.images == ("https://b.example/a.png",)
    assert made.html.count("<img") == 1


def test_alignment_of_cells_stays_and_no_style() -> None:
    made = sanitise(
        "<table><tr><td style='text-align: right; color: red'>1</td></tr></table>",
        base="https://b.example/",
        prefix="e-",
    )
    assert '<td align="right">1</td>' in made.html
    assert "style" not in made.html


@pytest.mark.parametrize(
    "picture", ["avatars.githubusercontent.com/u/1", "gravatar.com/avatar/1", "x.example/favicon.png"]
)
def test_a_portrait_or_an_icon_leads_no_story(picture: str) -> None:
    assert entries(rss(f'<description>x</description><media:thumbnail url="https://{picture}"/>'))[0].image == ""
    small = '<media:thumbnail url="https://x.example/a.png" width="30" height="30"/>'
    assert entries(rss(f"<description>x</description>{small}"))[0].image == ""


@pytest.mark.parametrize("name", ["admin", "Root", "Administrator", "Carnet", "CARNET "])
def test_an_account_or_the_blog_itself_is_no_author(name: str) -> None:
    body = rss(
        f"<description>x</description><dc:creator>{html.escape(name)}</dc:creator>",
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"',
    )
    assert entries(body)[0].authors == ()


# -- Elements that nest ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        "<rt>",
        "<rp>",
        "<dt><li>",
        "<dd><li>",
        "<ruby><rt>",
        "<svg><td>",
        "<math><tr>",
        "<svg><input>",
        "<li><dt><div>",
        "<x-y>",
    ],
)
def test_whatever_nests_is_seen_before_it_is_parsed(start: str) -> None:
    """Building a tree is quadratic in its depth: 240 kB of these took up to a minute."""
    assert too_much(start * 2000)


@pytest.mark.parametrize("start", ["<li>a", "<dt>a<dd>b", "<p>a", "<option>a", "<tr><td>a", "<br>", "<li><b>a</b>"])
def test_what_ends_by_itself_does_not_nest(start: str) -> None:
    assert not too_much("<ul>" + start * 2000)
