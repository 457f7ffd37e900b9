"""Reading in a real browser: what is above the fold, texts that open in place, following, marks of the last visit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from planet.cli.site_server import site_server
from planet.render import search, syndicate
from planet.render.html import load_theme, pages
from tests.support import editions
from tests.support.pages import artifacts
from tests.support.safe import safe
from tests.test_browser import publish

pytestmark = pytest.mark.browser
LONG = "Une phrase d'une longueur ordinaire, comme on en lit dans un carnet. "


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of 60 stories, three days apart, each with an excerpt of two lines and a text that says more."""
    folder: Path = tmp_path_factory.mktemp("reading")
    stories = [
        editions.story(
            number,
            by=editions.SOURCES[number % 2],
            at=editions.NOW - timedelta(days=3 * number, minutes=5),
            title=f"Le billet numéro {number} parle de générateurs",
            excerpt=LONG * 3,
            text=LONG * 9,
            html=safe(
                f"<h3>Un titre</h3><p>{LONG * 6}</p><h5>Un autre</h5><pre><code class='language-php'>{'x' * 300}</code></pre>"
            ),
            technologies=("php",),
            words=880,
        )
        for number in range(1, 61)
    ]
    evenings = [editions.event(f"Soirée {day}", editions.NOW + timedelta(days=day)) for day in (2, 5, 9)]
    made = editions.edition(stories, evenings)
    publish([*pages(made, load_theme("clermontech", folder)), *syndicate.feeds(made), *search.index(made)], folder)
    with site_server(folder, 0) as where:
        yield where


def seen(page: Page) -> tuple[int, int]:
    """Top of the first title, and how many titles are whole above the fold."""
    boxes = page.locator(".story h3").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect())")
    height = page.viewport_size["height"] if page.viewport_size else 0
    return round(boxes[0]["top"]), sum(box["bottom"] <= height for box in boxes)


@pytest.mark.parametrize(
    ("path", "width", "height", "titles"),
    [("", 1280, 800, 5), ("", 390, 844, 3), ("php/", 1280, 800, 4), ("php/", 390, 844, 3)],
)
def test_stories_come_first(browser: Browser, address: str, path: str, width: int, height: int, titles: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address + path)
    top, count = seen(page)
    assert top <= 340
    assert count >= titles
    page.close()


def test_the_mark_that_asks_why_makes_no_row_longer(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    rows = "[...document.querySelectorAll('.story')].map((row) => row.offsetHeight)"
    before = page.evaluate(rows)
    page.evaluate("document.querySelectorAll('.why').forEach((mark) => mark.remove())")
    assert page.evaluate(rows) == before
    page.close()


def test_the_page_of_an_author_names_him_once(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}members/william-durand/")
    assert page.locator(".story .p-author").count() > 10
    shown = page.locator(".story .who").evaluate_all("(all) => all.filter((one) => one.offsetWidth > 1).length")
    assert shown == 0
    page.close()


def test_the_menu_of_a_phone_shows_where_one_is(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    for path in ("members/", "archive/", "subscribe/"):
        page.goto(address + path)
        left, right, end = page.evaluate(
            "(() => { const here = document.querySelector('.menu li [aria-current]').getBoundingClientRect();"
            " return [here.left, here.right, document.querySelector('.menu ul').getBoundingClientRect().right]; })()"
        )
        assert left >= 0, path
        assert right <= end, path
    page.close()


def test_no_page_is_endless_on_a_phone(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    for path in (
        "",
        "php/",
        "page/2/",
        "members/",
        "members/william-durand/",
        "archive/",
        "events/",
        "health/",
        "subscribe/",
        "technologies/",
    ):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollHeight") <= 12_000, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.close()


def test_five_hundred_members_are_no_endless_page_either(browser: Browser, tmp_path: Path) -> None:
    names = [
        f"{letter}{vowel}ne Membre {number}"
        for number in range(4)
        for letter in "BCDFGHJKLMNPRSTVXZ"
        for vowel in "aeiouyé"
    ]
    people = editions.config(sources=tuple(editions.member(name) for name in names[:500]))
    listed = (
        made for made in artifacts(editions.edition([], of=people)) if made.path.startswith(("members/index", "static"))
    )
    publish(listed, tmp_path)
    with site_server(tmp_path, 0) as where:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(f"{where}members/")
        page.evaluate("scrollTo(0, 9e6)")
        assert page.locator(".people li").count() == 500
        assert page.evaluate("document.documentElement.scrollHeight") <= 12_000
        page.locator(".filter input").fill("bane membre 3")
        expect(page.locator(".people li:visible")).to_have_count(1)
        page.close()


def test_a_row_opens_its_text_in_place_and_closes_again(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}page/2/")
    row = page.locator(".story").first
    row.locator("a.read").click()
    expect(row.locator(".e-content")).to_be_visible()
    expect(row.locator(".p-summary")).to_be_hidden()
    expect(page).to_have_url(f"{address}page/2/")
    expect(row.locator("pre")).to_have_attribute("data-language", "php")
    expect(row.locator("pre")).to_have_attribute("tabindex", "0")
    row.get_by_role("button", name="Fermer").click()
    expect(row.locator(".e-content")).to_be_hidden()
    expect(row.locator("summary").last).to_be_focused()
    page.close()


def test_without_script_a_row_leads_to_the_text_on_its_month(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}page/2/")
    link = page.locator("a.read").first
    target = link.get_attribute("href") or ""
    link.click()
    assert page.url.startswith(f"{address}archive/2026/")
    article = page.locator(f"[id='{target.partition('#')[2]}']")
    article.locator("summary").last.click()
    expect(article.locator(".e-content")).to_be_visible()
    context.close()


def test_a_link_to_a_story_opens_its_text(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}page/2/")
    target = page.locator("a.read").first.get_attribute("href") or ""
    page.goto(f"{address}page/2/{target}")
    expect(page.locator(f"[id='{target.partition('#')[2]}'] .e-content")).to_be_visible()
    page.close()


def test_opened_texts_have_no_fault_of_accessibility(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.close()


def test_following_is_one_gesture(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}php/")
    page.locator(".head .follow > summary").click()
    sheet = page.locator(".head .sheet")
    expect(sheet).to_contain_text("https://planet.example/php/atom.xml")
    expect(sheet.get_by_role("link", name="Ajouter à mon agenda")).to_have_attribute(
        "href", "webcal://planet.example/php/calendar.ics"
    )
    page.close()


def test_an_opml_is_composed_in_the_page(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}subscribe/")
    button = page.get_by_role("button", name="Obtenir mon fichier OPML")
    expect(button).to_be_hidden()
    page.get_by_label("PHP", exact=True).check()
    page.get_by_label("William Durand").check()
    with page.expect_download() as download:
        button.click()
    text = download.value.path().read_text("utf-8")
    assert 'xmlUrl="https://planet.example/php/atom.xml"' in text
    assert 'xmlUrl="https://planet.example/members/william-durand/atom.xml"' in text
    assert text.count("<outline") == 2
    page.close()


def test_what_is_new_since_the_last_visit_is_marked_and_can_be_switched_off(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.set_fixed_time(editions.NOW)
    page.goto(address)
    expect(page.locator(".since")).to_have_count(0)
    before = editions.NOW - timedelta(days=8)
    page.evaluate("(seen) => localStorage.setItem('planet-seen', seen)", json.dumps(int(before.timestamp() * 1000)))
    page.reload()
    mark = page.locator(".since")
    expect(mark).to_have_count(1)
    above = mark.evaluate("(mark) => mark.previousElementSibling.querySelector('h3').textContent")
    assert "numéro 2 " in above
    page.reload()
    expect(mark).to_have_count(1)
    page.keyboard.press("?")
    page.get_by_label("Marquer ce qui est nouveau", exact=False).uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(mark).to_have_count(0)
    context.close()


def test_forced_colours_and_contrast_keep_what_is_current_visible(browser: Browser, address: str) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(address)
    current, other = page.evaluate(
        "[...document.querySelectorAll('.menu li a')].slice(0, 2).map((one) => getComputedStyle(one).borderBottomColor)"
    )
    assert current != other
    context.close()
    page = browser.new_page()
    page.emulate_media(contrast="more")
    page.goto(address)
    assert page.evaluate("getComputedStyle(document.querySelector('.meta')).color") == "rgb(28, 29, 32)"
    page.close()


def test_a_picture_that_fails_leaves_no_hole(browser: Browser, tmp_path: Path) -> None:
    broken = editions.story(1, image="http://127.0.0.1:9/missing.png", excerpt="Un extrait")
    publish(pages(editions.edition([broken]), load_theme("base", tmp_path)), tmp_path)
    with site_server(tmp_path, 0) as where:
        page = browser.new_page()
        page.goto(where)
        expect(page.locator(".story img.picture")).to_have_count(0)
        page.close()
