"""What a careless author, a long name, large text and colours of one's own must not break: each a fault once seen, in Chromium.

The site is made by a run from documents that have these faults, so that what mends them (reading, the sanitiser, the theme) is tried whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from selectolax.lexbor import LexborHTMLParser as Tree

from planet.cli.site_server import site_server
from tests.support.browsing import PIXEL
from tests.support.world import World, item, rss

pytestmark = pytest.mark.browser

CARELESS = (
    """<h4>Une section</h4><p>Une phrase de bonne longueur, qui en dit plus que l'extrait. </p><h6>Une autre</h6><p>Encore.</p>
<p><img src="https://a.example.org/sans.png"></p><p><a href="https://sponsor.example.org/"><img src="https://a.example.org/logo.png" alt=""></a></p>
<p><a href="https://vide.example.org/"></a> <a name="ancre">sans adresse</a></p><table></table>
<table><tr><th scope="col"> </th><th scope="col">Prix</th></tr><tr><td>Thé</td><td>2</td></tr></table>
<ul><li>Un<ul><li>Deux</li></ul></li><ul><li>Trois</li></ul></ul><pre><code>"""
    + "x" * 400
    + "</code></pre>"
)
ARABIC = "كيف تكتب برنامجا صغيرا بلغة بايثون خلال ساعة واحدة"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//t//t
BEGIN:VEVENT
UID:1@t
DTSTAMP:20261101T080000Z
DTSTART:20261201T180000Z
DTEND:20261201T200000Z
SUMMARY:Une soirée
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("careless")
    with World(folder) as world:
        long = "Un sous-titre qui en dit beaucoup. " * 8
        posts = rss(
            item("Python négligé", "https://a.example.org/1", text=CARELESS + f"<p>{long * 3}</p>"),
            item(ARABIC, "https://a.example.org/2", text=f"<p>{(ARABIC + '. ') * 12}</p>"),
            title="Ada",
        )
        members = [
            {"name": "Ada", "feeds": [world.serve("/a.xml", posts)]},
            {"name": "Vide", "feeds": [world.url("/none.xml")]},
        ]
        groups = [
            {
                "name": "clermontech.py",
                "technology": "py",
                "calendars": [world.serve("/c.ics", CALENDAR, "text/calendar")],
            }
        ]
        planet = {"title": "Planète d'essai au nom interminable " * 2, "description": long, "theme": "clermontech"}
        world.configure(members, groups, planet=planet, technologies={"py": {"name": "Python", "words": ["Python"]}})
        assert world.run(now="2026-11-23T08:00:00.123456Z").code == 0
        with site_server(world.output, 0) as served:
            yield served


def new_context(browser: Browser, address: str, *, width: int) -> BrowserContext:
    """A browser of its own, which gets one picture from every other host."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", timezone_id="Europe/Paris")
    pictures = {"body": PIXEL, "content_type": "image/png"}
    context.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith(address) else route.fulfill(**pictures)
    )
    return context


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = new_context(browser, address, width=1280)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """The month that holds the careless post, all texts open."""
    context = new_context(browser, address, width=1280)
    page = context.new_page()
    page.goto(f"{address}members/ada/")
    months = page.locator("a.read").evaluate_all("(all) => all.map((one) => one.href)")
    page.goto(months[0])
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    yield page
    context.close()


def test_no_text_has_a_fault_whatever_its_author_left_out(opened: Page) -> None:
    report = Axe().run(opened)
    assert report.violations_count == 0, report.generate_report()


def test_pictures_have_an_alternative_and_links_a_name(opened: Page) -> None:
    assert opened.locator(".e-content img:not([alt])").count() == 0
    names = opened.locator(".e-content a").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label') || one.textContent.trim() || one.querySelector('img').alt)"
    )
    assert "sponsor.example.org" in names
    assert all(names)


def test_headings_of_a_post_follow_its_title_and_differ_in_size(opened: Page) -> None:
    sizes = opened.locator(".e-content :is(h4, h5, h6)").evaluate_all(
        "(all) => all.map((one) => [one.localName, parseFloat(getComputedStyle(one).fontSize)])"
    )
    assert [name for name, _ in sizes] == ["h4", "h5"]
    assert sizes[0][1] > sizes[1][1]


def test_what_is_no_link_and_no_table_is_not_marked_as_one(opened: Page) -> None:
    assert opened.locator(".e-content a:not([href])").count() == 0
    assert opened.locator(".e-content table").count() == 1, "the one with cells"
    assert opened.locator(".e-content th").all_inner_texts() == ["Prix"], "a heading says something"
    assert "sans adresse" in opened.locator(".e-content").first.inner_text()
    assert opened.locator("pre[tabindex='0']").count() == 1, "what scrolls can be reached by keys"


def test_a_post_from_right_to_left_is_so_without_being_declared(page: Page, address: str) -> None:
    page.goto(f"{address}members/ada/")
    title = page.locator(".story h3", has_text=ARABIC)
    assert title.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    assert title.locator("xpath=..").locator(".p-summary").evaluate("(one) => getComputedStyle(one).direction") == "rtl"


def test_no_landmark_is_empty(page: Page, address: str) -> None:
    for path in ("members/ada/", "members/vide/", "members/clermontech-py/", "py/", ""):
        page.goto(address + path)
        empty = page.locator("aside, nav, section").evaluate_all(
            "(all) => all.filter((one) => !one.textContent.trim()).length"
        )
        assert not empty, path


def test_moments_are_whole_seconds_in_the_markup(page: Page, address: str) -> None:
    for path in ("", "events/", "health/", "members/", "members/ada/"):
        page.goto(address + path)
        tree = Tree(page.content())
        for node in tree.css("[datetime]"):
            assert "." not in (node.attributes["datetime"] or ""), f"{path}: {node.html}"


def test_the_drawing_lies_under_no_word(page: Page, address: str) -> None:
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        apart = page.evaluate("""() => {
          const drawing = document.querySelector('.brand svg'), names = document.querySelector('.names');
          const [one, other] = [drawing, names].map((element) => element?.getBoundingClientRect());
          return !one || !one.width || other.right <= one.left + 1 || other.bottom <= one.top + 1; }""")
        assert apart, width


def test_large_text_leaves_room_for_the_page(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    bottom, wide = page.evaluate(
        "[document.querySelector('.menu').getBoundingClientRect().bottom, document.documentElement.scrollWidth]"
    )
    assert wide <= 390
    assert bottom < 844 / 2, "header and menu take less than half of the first screen"
    icon, text = page.evaluate(
        "[document.querySelector('.find svg').getBoundingClientRect().width, parseFloat(getComputedStyle(document.querySelector('.menu')).fontSize)]"
    )
    assert icon >= text * 0.9, "the icon grows with the text"


def test_events_stand_one_level_below_their_month(page: Page, address: str) -> None:
    page.goto(f"{address}events/")
    levels = page.locator("main :is(h1, h2, h3, h4)").evaluate_all(
        "(all) => all.map((one) => Number(one.localName[1]))"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator(".event h4").count() == 1


def test_one_s_own_colours_keep_shapes(page: Page, address: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(address)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".chip").first.evaluate("(one) => parseFloat(getComputedStyle(one).borderTopWidth)") >= 1
    page.emulate_media(forced_colors="none", contrast="more")
    soft, ink = page.evaluate(
        "[getComputedStyle(document.querySelector('.soft')).color, getComputedStyle(document.body).color]"
    )
    assert soft == ink
    page.emulate_media(contrast="no-preference")
