from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet import html_elements
from planet.model import Sanitised
from planet.sanitise import MAX_INPUT, MAX_OUTPUT, sanitise
from planet.sanitise.limits import too_much
from tests.support.effort import examples
from tests.support.harmless import PAYLOADS, PREFIX, assert_harmless

BASE = "https://blog.example/2026/11/post/"


def clean(html: str, *, base: str = BASE, page: str = BASE) -> Sanitised:
    return sanitise(html, base=base, prefix=PREFIX, page=page)


def html_of(html: str) -> str:
    return clean(html).html


def assert_settled(html: str) -> None:
    assert clean(html).html == html


# --- what stays, and what it becomes ---------------------------------------------------------------------------------------------


def test_text_without_markup_is_escaped() -> None:
    assert clean("a > b\xa0c") == Sanitised(html="a &gt; b&nbsp;c", text="a > b c")
    assert html_of("a < b & c") == "a &lt; b &amp; c"


def test_relative_links_become_absolute() -> None:
    assert 'href="https://blog.example/x?y=1&amp;z=2"' in html_of('<a href="/x?y=1&amp;z=2">x</a>')
    assert 'href="https://blog.example/2026/11/post/x"' in html_of('<a href=" x ">x</a>')
    assert 'href="https://cdn.example/x"' in html_of('<a href="//cdn.example/x">x</a>')
    assert 'cite="https://blog.example/q"' in html_of('<blockquote cite="/q">q</blockquote>')
    assert 'poster="https://blog.example/p.png"' in html_of('<video src="/v.mp4" poster="/p.png"></video>')


def test_every_candidate_of_a_srcset_becomes_absolute() -> None:
    assert 'srcset="https://blog.example/a.jpg 1x, https://cdn.example/w_1,c_2/b.jpg 2x"' in html_of(
        '<img src="/a.jpg" srcset="/a.jpg 1x, https://cdn.example/w_1,c_2/b.jpg 2x">'
    )
    assert (
        'srcset="https://blog.example/a.jpg 1x, https://blog.example/b.jpg 2x, https://blog.example/c.jpg"'
        in html_of('<img src="/a.jpg" srcset=" ,/a.jpg 1x,/b.jpg 2x,, /c.jpg,">')
    )
    assert 'srcset="https://blog.example/a.jpg, https://blog.example/b.jpg 640w"' in html_of(
        '<picture><source srcset="/a.jpg, /b.jpg 640w, javascript:x 3x"><img src="/c.jpg"></picture>'
    )


def test_a_link_to_a_place_in_the_entry_stays_in_the_entry() -> None:
    html = html_of('<a href="#fn:1">1</a><a href="https://blog.example/2026/11/post/#fn:1">1</a><p id="fn:1">note</p>')
    assert html.count(f'href="#{PREFIX}fn:1"') == 2
    assert f'id="{PREFIX}fn:1"' in html


def test_an_id_names_one_place_only() -> None:
    made = clean('<p id="a">1</p><p id="a">2</p><p>id="a" <b id="b">3<p>4</b> <a href="#a">5</a>').html
    assert made.count(f' id="{PREFIX}a"') == made.count(f' id="{PREFIX}b"') == 1
    assert made.startswith(f'<p id="{PREFIX}a">1</p><p>2</p>')
    assert f'href="#{PREFIX}a"' in made


def test_a_link_to_a_place_elsewhere_leads_to_the_authors_page() -> None:
    assert 'href="https://blog.example/2026/11/post/#more"' in html_of('<a href="#more">more</a>')
    assert "href" not in clean('<a href="#more">more</a>', page="").html


def test_a_code_block_keeps_its_language_and_tells_it() -> None:
    made = clean('<pre><code class="language-php evil-class">echo 1;</code></pre>')
    assert made.html == '<pre><code class="language-php">echo 1;</code></pre>'
    assert made.code == ("php",)


@pytest.mark.parametrize(
    "markup",
    [
        '<pre class="lang-rust">x</pre>',
        '<pre class="brush: rust; gutter: false">x</pre>',
        '<pre lang="rust">x</pre>',
        '<div class="highlight highlight-source-rust"><pre>x</pre></div>',
        '<pre data-lang="rust">x</pre>',
        '<pre><code class="hljs rust">x</code></pre>',
        '<pre class="sourceCode rust">x</pre>',
        '<figure class="language-rust"><pre>x</pre></figure>',
    ],
)
def test_the_language_of_code_is_found_however_it_is_said(markup: str) -> None:
    assert clean(markup).code == ("rust",)


def test_a_picture_loads_late_and_tells_nobody() -> None:
    assert html_of('<img src="/i.png" alt="A &lt;b&gt;" onerror="x()" loading="eager">') == (
        '<img src="https://blog.example/i.png" alt="A &lt;b&gt;" loading="lazy" decoding="async" referrerpolicy="no-referrer">'
    )


@pytest.mark.parametrize("name", ["data-src", "data-lazy-src", "data-original"])
def test_a_lazy_picture_is_shown(name: str) -> None:
    for placeholder in ("", 'src="data:image/gif;base64,R0lGOD" ', 'src="/img/placeholder.png" '):
        made = clean(f'<img {placeholder}{name}="/real.jpg">')
        assert made.images == ("https://blog.example/real.jpg",)
        assert 'src="https://blog.example/real.jpg"' in made.html
        assert "data-" not in made.html


def test_a_picture_that_is_there_is_not_replaced_by_its_lazy_name() -> None:
    assert clean('<img src="/seen.jpg" data-src="/other.jpg">').images == ("https://blog.example/seen.jpg",)


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://x.example/p.gif" width="1" height="1">',
        '<img src="https://x.example/p.gif" width=1>',
        '<img src="https://x.example/p.gif" style="display: none">',
        '<img src="https://x.example/p.gif" style="width:1px;height:1px">',
        '<img src="https://pixel.wp.com/b.gif?host=x">',
        '<img src="http://feeds.feedburner.com/~r/blog/~4/abc">',
        '<img src="https://medium.com/_/stat?event=post">',
        '<img src="https://stats.member.example/matomo.php?idsite=1">',
        '<iframe src="https://www.googletagmanager.com/ns.html?id=GTM" style="display:none"></iframe>',
    ],
)
def test_a_tracking_pixel_goes(pixel: str) -> None:
    assert clean(f"<p>text{pixel}</p>") == Sanitised(html="<p>text</p>", text="text")


def test_pictures_are_told_in_order_and_small_ones_are_not() -> None:
    made = clean(
        '<img src="/smiley.png" width=16 height=16><img src="/1.png"><img src="/2.png" width=900><img src="/1.png">'
    )
    assert made.images == ("https://blog.example/1.png", "https://blog.example/2.png")


def test_headings_start_below_the_title_of_the_story() -> None:
    assert html_of("<h1>a</h1><h2>b</h2><h4>c</h4>") == "<h4>a</h4><h5>b</h5><h6>c</h6>"
    assert html_of("<h2>a</h2><h3>b</h3>") == "<h4>a</h4><h5>b</h5>"
    assert html_of("<h5>a</h5>") == "<h4>a</h4>"


@pytest.mark.parametrize(
    ("frame", "link"),
    [
        (
            '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?rel=0" title="YouTube video player"></iframe>',
            ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube.com"),
        ),
        (
            '<iframe src="//www.youtube-nocookie.com/embed/dQw4w9WgXcQ"></iframe>',
            ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube.com"),
        ),
        ('<iframe data-src="https://player.vimeo.com/video/42?h=1"></iframe>', ("https://vimeo.com/42", "vimeo.com")),
        (
            '<iframe src="https://speakerdeck.com/player/1" title="My &amp; &quot;talk&quot;"></iframe>',
            ("https://speakerdeck.com/player/1", 'My & "talk"'),
        ),
        ('<embed src="/slides.pdf">', ("https://blog.example/slides.pdf", "blog.example")),
        (
            '<object data="/a.swf"><param name=movie value=x><embed src="/a.swf"></object>',
            ("https://blog.example/a.swf", "blog.example"),
        ),
    ],
)
def test_a_frame_becomes_a_link_to_what_it_framed(frame: str, link: tuple[str, str]) -> None:
    made = clean(f"<p>See {frame}</p>")
    assert (made.links, made.text) == ((link[0],), f"See {link[1]}")
    assert_harmless(made.html)


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe srcdoc="<script>x</script>"></iframe>',
        '<iframe src="about:blank"></iframe>',
        "<iframe></iframe>",
        '<object data="data:text/html,x"></object>',
    ],
)
def test_a_frame_of_nothing_that_can_be_linked_goes(frame: str) -> None:
    assert clean(f"<p>a{frame}</p>") == Sanitised(html="<p>a</p>", text="a")


def test_a_frame_inside_a_link_is_a_link_of_its_own() -> None:
    made = clean('<a href="/out">a<iframe src="https://e.example/"></iframe></a>')
    assert made.html.count("<a ") == 2
    assert_harmless(made.html)
    assert_settled(made.html)


@pytest.mark.parametrize(
    "markup",
    [
        '<table><caption>c</caption><thead><tr><th scope="col" colspan="2">h</th></tr></thead><tbody><tr><td>d</td></tr></tbody></table>',
        "<figure><figcaption>f</figcaption></figure>",
        "<details><summary>s</summary><p>d</p></details>",
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
        "<dl><dt>t</dt><dd>d</dd></dl>",
        '<p>a<sup>2</sup><sub>i</sub><kbd>k</kbd><mark>m</mark><del>d</del><ins>i</ins><abbr title="x">a</abbr></p>',
        '<ol start="3" reversed=""><li value="3">a</li></ol>',
        '<time datetime="2026-11-23">today</time>',
        '<p dir="rtl" lang="ar">a</p>',
    ],
)
def test_what_makes_a_text_readable_stays_as_it_is(markup: str) -> None:
    assert html_of(markup) == markup


def test_sound_and_film_wait_for_a_click() -> None:
    assert html_of('<video src="/v.mp4" autoplay loop onplay="x()"></video>') == (
        '<video src="https://blog.example/v.mp4" controls="" preload="none"></video>'
    )
    assert 'controls="" preload="none"' in html_of('<audio><source src="/a.mp3" type="audio/mpeg"></audio>')


def test_mail_addresses_can_be_written_to_and_nothing_else() -> None:
    assert 'href="mailto:jo@example.org"' in html_of('<a href="mailto:jo@example.org?bcc=x@y.z&body=b">w</a>')
    assert "href" not in html_of('<a href="mailto:jo@example.org,%0d%0aBcc:x@y.z">w</a>')


def test_the_plain_text_has_a_line_for_each_block_and_all_of_it() -> None:
    made = clean(
        "<h2>Title</h2><p>One\n  <b>bo</b>ld&nbsp;word &amp; &lt;b&gt;</p><ul><li>a</li><li>b<br>c</li></ul>"
        "<table><tr><td>x</td><td>y</td></tr></table><pre>l1\nl2</pre>tail"
    )
    assert made.text == "Title\nOne bold word & <b>\na\nb\nc\nx y\nl1 l2\ntail"


def test_links_are_told_once_each_in_order() -> None:
    assert clean('<a href="/b">1</a><a href="/a">2</a><a href="/b">3</a><a href="mailto:a@b.c">4</a>').links == (
        "https://blog.example/b",
        "https://blog.example/a",
    )


def test_what_is_behind_half_a_million_characters_is_cut_off_between_tags() -> None:
    made = clean("<p>" + "word " * (MAX_INPUT // 5 - 3) + '<a href="/x' + "y" * 50 + '">z</a>')
    assert made.text.endswith("word …")
    assert "<a" not in made.html
    assert len(made.html) <= MAX_OUTPUT


# --- what is hostile: own payloads, in the families of published collections --------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_hostile_entry_does_no_harm(payload: str) -> None:
    made = clean(payload)
    assert_harmless(made.html)
    assert_settled(made.html)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_hostile_entry_within_other_markup_does_no_harm(payload: str) -> None:
    for wrapping in (
        "<table><tr><td>{}",
        "<ul><li><p><b><a href=/x>{}</a>",
        "<pre><code>{}",
        "<svg>{}",
        "<object><p>{}</object>",
    ):
        made = clean(wrapping.format(payload))
        assert_harmless(made.html)
        assert_settled(made.html)


def test_markup_that_is_shown_is_not_markup() -> None:
    assert clean("<p>&lt;script&gt;x()&lt;/script&gt;</p>").text == "<script>x()</script>"


# --- costs ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000,
        "<b>" * 150_000,
        "<p>" + "".join(f"<b id=i{n}>" for n in range(2000)) + "</p>" + "<p>x" * 50_000,
        "<div></zz>" * 45_000,
        '<div title="</div>">' * 25_000,
        "<div><!--</div>-->" * 25_000,
        "<div><!x </div>" * 30_000,
        "<!--><div>" * 40_000,
        "<style></style></div><div>" * 18_000,
        "<a " * 160_000,
        "<a b='" * 80_000,
        "<!--" * 120_000,
        "<title>" * 70_000,
        "<table>" * 70_000,
        "&" * 500_000,
        "<img srcset='" + "," * 490_000 + "'>",
        "<p id='" + "x" * 490_000 + "'>",
        "".join(f'<a href="#{n}">' for n in range(30_000)),
        "<table><tr><td>" * 30_000,
        "<svg><title><div>" * 28_000,
        "<ul><li>" * 60_000,
        "<p>\n" * 120_000,
        "<pre>" + "\n" * 490_000,
    ],
    ids=lambda bomb: bomb[:12] + "…",
)
def test_a_bomb_is_defused(bomb: str) -> None:
    """Each would take minutes or gigabytes in a parser that takes it seriously."""
    made = clean(bomb)
    assert len(made.html) <= MAX_OUTPUT
    assert made.html.count("<") < 300_000


def test_ordinary_markup_is_not_taken_for_a_bomb() -> None:
    spans = '<span class="k">if</span> (<b>x</b>)<br>\n'
    assert not too_much("<pre><code>" + spans * 4000 + "</code></pre>")
    assert not too_much("<ul>" + "<li><a href='/x'><em><strong>t</strong></em></a><p>p" * 3000 + "</ul>")
    assert not too_much("<!-- a --><script>if (a<b && c<d) e('</div>')</script><p>x</p>" * 200)
    assert too_much("<div>" * 401 + "<br>" * 200)


def test_what_is_too_deep_is_kept_as_text() -> None:
    made = clean("<div>" * 600 + "<script>x()</script>the &amp; text" + "</div>" * 600)
    assert made == Sanitised(html="<p>the &amp; text</p>", text="the & text", shortened="deep")


# --- for any input ----------------------------------------------------------------------------------------------------------------

TAGS = [
    *sorted(html_elements.KEPT),
    *sorted(html_elements.DROPPED),
    *sorted(html_elements.FRAMES),
    *[
        "section",
        "article",
        "center",
        "font",
        "form",
        "input",
        "body",
        "html",
        "marquee",
        "mglyph",
        "mtext",
        "desc",
        "annotation-xml",
        "foreignObject",
        "isindex",
        "rb",
        "rtc",
    ],
]
VALUES = [
    "/x",
    "#a",
    "x y",
    "javascript:x",
    "https://e.example/",
    "a",
    "1",
    "</p>",
    "<b>",
    '"',
    "'",
    "language-js",
    "data:,x",
    "",
]
attribute = st.tuples(
    st.sampled_from(
        ["href", "src", "id", "class", "title", "style", "srcset", "data-src", "onclick", "width", "name", "data"]
    ),
    st.sampled_from(VALUES),
    st.sampled_from([' {}="{}"', " {}='{}'", " {}={}"]),
).map(lambda parts: parts[2].format(parts[0], parts[1]))
opening = st.builds(
    lambda tag, attributes, end: f"<{tag}{''.join(attributes)}{end}",
    st.sampled_from(TAGS),
    st.lists(attribute, max_size=2),
    st.sampled_from([">", ">", ">", "/>", ""]),
)
closing = st.sampled_from(TAGS).map(lambda tag: f"</{tag}>")
piece = st.one_of(
    opening,
    opening,
    closing,
    st.sampled_from(["a", "\n", " ", "&lt;", "&#13;", "&nbsp;", "<!--", "-->", "]]>", "\x00", "é"]),
)
soup = st.lists(piece, max_size=25).map("".join)


@settings(max_examples=examples(1000))
@given(soup)
def test_any_soup_of_tags_comes_out_harmless_and_settled(markup: str) -> None:
    made = clean(markup)
    assert_harmless(made.html)
    assert_settled(made.html)


@settings(max_examples=examples(150))
@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_nothing_raises_whatever_the_text_the_base_or_the_page(markup: str, base: str, page: str) -> None:
    assert_harmless(sanitise(markup, base=base, prefix=PREFIX, page=page).html)
    assert_harmless(
        sanitise(f'<a href="#{markup}">{markup}<img src="{markup}">', base=base, prefix=PREFIX, page=page).html
    )


@pytest.mark.shared
def test_no_published_payload_does_harm(shared: Path) -> None:
    lines = (shared / "security" / "xss.jsonl").read_text("utf-8").splitlines()
    payloads = [json.loads(line)["payload"] for line in lines]
    assert len(payloads) > 1000
    for payload in payloads:
        made = clean(payload)
        assert_harmless(made.html)
        assert_settled(made.html)


@pytest.mark.shared
def test_no_mixture_of_published_payloads_does_harm(shared: Path) -> None:
    lines = (shared / "security" / "xss.jsonl").read_text("utf-8").splitlines()
    payloads = [json.loads(line)["payload"] for line in lines]
    chance = random.Random(20261123)
    for _ in range(300):
        made = clean("".join(chance.sample(payloads, 3)))
        assert_harmless(made.html)
        assert_settled(made.html)
