"""The site in a real browser: Debian's Chromium, in light and dark, at three widths, with and without script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from selectolax.lexbor import LexborHTMLParser as Tree
from Stemmer import Stemmer

from planet.cli.site_server import site_server
from planet.model import Artifact, Piece, every_file
from planet.render import calendars, event_data, search, syndicate
from planet.render.html import load_theme, pages
from planet.render.search.words import words
from tests.support import editions
from tests.support.browsing import PIXEL
from tests.support.effort import THOROUGH
from tests.support.pages import artifacts
from tests.support.safe import safe

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1280)
TYPES = (
    "",
    "page/2/",
    "php/",
    "cobol/",
    "members/",
    "members/william-durand/",
    "members/clermontech-php/",
    "events/",
    "archive/",
    "archive/2026/10/",
    "health/",
    "search/",
    "subscribe/",
    "technologies/",
    "join/",
    "nowhere/at/all/",
)
PARTS = {"search/index.html", "static/planet.css", "static/planet.js"}
RICH = """<h2 id="s0-a">Un titre</h2><p>Un <a href="https://example.org/">lien</a>, du <code>code</code> et une adresse sans fin :
https://example.org/{long}</p><p><img src="{image}" alt="Une image" loading="lazy"></p>
<pre><code class="language-php">{long}</code></pre><table><tr><th>{long}</th><th>Deux</th></tr><tr><td>1</td><td>2</td></tr></table>
<blockquote><p>Une citation</p></blockquote><ul><li>Un</li></ul><details><summary>Plus</summary><p>Encore</p></details>"""


class Site:
    """A published site, the address it is served at, and the address of a member's host with one image."""

    def __init__(self, folder: Path, address: str, elsewhere: str) -> None:
        self.folder = folder
        self.address = address
        self.elsewhere = elsewhere


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    other = tmp_path_factory.mktemp("elsewhere")
    (other / "a.png").write_bytes(PIXEL)
    with site_server(folder, 0) as address, site_server(other, 0) as elsewhere:
        write(folder, f"{elsewhere}a.png")
        yield Site(folder, address, elsewhere)


def publish(pieces: Iterable[Piece], folder: Path) -> None:
    """Write them."""
    for artifact in every_file(pieces):
        files = {artifact.path: artifact.make()} if isinstance(artifact, Artifact) else artifact.make()
        for path, content in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def write(folder: Path, image: str) -> None:
    """Everything that is published, with a story that has all that stories may have."""
    base = editions.sample(count=36)
    stories = base.load([one.story_id for one in base.index])
    rich = editions.story(
        500,
        at=editions.NOW - timedelta(minutes=5),
        title="Les générateurs, de l'itération à la géométrie : " + "très" * 20,
        html=safe(RICH.format(long="x" * 200, image=image)),
        text="La géométrie des générateurs",
        excerpt="Un extrait de bonne longueur. " * 8,
        image=image,
        technologies=("php", "js", "python"),
        sources=(
            editions.story_source(editions.SOURCES[0], 500),
            editions.story_source(
                editions.SOURCES[2], 500, name="Jean-Baptiste de La Rochefoucauld-Montmorency et associés"
            ),
        ),
    )
    burst = [editions.story(600 + n, at=editions.NOW - timedelta(minutes=20 + n)) for n in range(5)]
    # Short pages: whatever a page can hold is on it, and an audit takes as long as what it looks at.
    short = editions.config(page_entries=8)
    made = editions.edition([rich, *burst, *stories], base.events, of=short, healths=base.health)
    pieces = [
        *pages(made, load_theme("clermontech", folder), {"elodie-chene": PIXEL}),
        *syndicate.feeds(made),
        *syndicate.opml(made),
        *calendars.calendars(made),
        *event_data.event_data(made),
        syndicate.health_json(made),
        *search.index(made),
    ]
    publish(pieces, folder)


class Watch:
    """Notes what a page does that it should not."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self._site = site
        self.page = context.new_page()
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        context.on("request", self._asked)

    def _note(self, kind: str, text: str) -> None:
        expected = "404 (Not Found)" in text or "404 (File not found)" in text
        if kind in {"error", "warning"} and not expected:
            self.faults.append(f"{kind}: {text}")

    def _asked(self, request: Request) -> None:
        if request.url.startswith((self._site.address, "data:")):
            return
        if not (request.url.startswith(self._site.elsewhere) and request.resource_type == "image"):
            self.faults.append(f"asked {request.url}")


def opened(page: Page) -> None:
    """Open what is folded, so that it is checked too."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


# An audit takes longer than all else, and every combination says the same of almost every page: in `make test` each page is audited
# once, on a narrow light screen or on a wide dark one; in `.ci/run` on both, and on a wide light one.
@pytest.mark.parametrize(
    ("scheme", "script", "audited", "paths"),
    [
        ("light", True, (320, 1280), TYPES) if THOROUGH else ("light", True, (320,), TYPES[::2]),
        ("dark", True, (1280,), TYPES if THOROUGH else TYPES[1::2]),
        ("light", False, (), ()),
    ],
    ids=["light", "dark", "no-script"],
)
def test_every_page_type_holds_together(
    site: Site, browser: Browser, scheme: str, script: bool, audited: tuple[int, ...], paths: tuple[str, ...]
) -> None:
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=script,
        locale="fr-FR",
        timezone_id="Europe/Paris",
    )
    watch = Watch(site, context)
    axe = Axe()
    for path in TYPES:
        watch.page.set_viewport_size({"width": 1280, "height": 900})
        watch.page.goto(site.address + path, wait_until="load")
        opened(watch.page)
        for width in WIDTHS:
            watch.page.set_viewport_size({"width": width, "height": 900})
            wide = watch.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path or 'home'} scrolls sideways at {width} px ({scheme})"
            if width in audited and path in paths:
                found = axe.run(watch.page)
                assert found.violations_count == 0, f"{path or 'home'} {scheme} {width}\n{found.generate_report()}"
        assert watch.page.inner_text("h1").strip()
        assert not watch.faults, f"{path or 'home'}: {watch.faults}"
    context.close()


@pytest.mark.parametrize("feed", ["atom.xml", "rss.xml"])
def test_a_feed_can_be_read_on_a_phone(site: Site, browser: Browser, feed: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True)
    page = context.new_page()
    page.goto(site.address + feed)
    shown = page.evaluate("""() => {
      const title = document.querySelector('entry > title, item > title'), box = title.getBoundingClientRect();
      return [parseFloat(getComputedStyle(title).fontSize) * 360 / innerWidth, box.width / innerWidth, box.height]; }""")
    assert shown[0] >= 14, "as large as on a page"
    assert 0.8 < shown[1] <= 1
    assert shown[2]
    context.close()


def test_every_internal_link_and_feed_exists(site: Site) -> None:
    for path in sorted(site.folder.rglob("*.html")):
        base = "https://planet.example/" + path.relative_to(site.folder).as_posix()
        for node in Tree(path.read_bytes()).css("[href], [src]"):
            target = urlsplit(urljoin(base, node.attributes.get("href") or node.attributes.get("src") or ""))
            if target.netloc == "planet.example" and target.scheme in {"https", "webcal"}:
                place = site.folder / target.path.lstrip("/")
                place = place / "index.html" if target.path.endswith("/") else place
                assert place.is_file(), f"{base}: {node.html[:200] if node.html else target.geturl()}"


def test_the_keyboard_alone_reaches_everything(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    for path in ("", "events/", "search/", "subscribe/"):
        page.goto(site.address + path)
        opened(page)
        wanted = page.evaluate(
            """() => { const all = [...document.querySelectorAll('a[href], button, summary, input, select')].filter((one) =>
                 one.checkVisibility({ visibilityProperty: true }));
               all.forEach((one, index) => { one.dataset.stop = index; }); return all.length; }"""
        )
        seen = set()
        for _ in range(wanted + 20):
            page.keyboard.press("Tab")
            stop, outline = page.evaluate(
                "(() => { const one = document.activeElement; return [one.dataset.stop, getComputedStyle(one).outlineStyle]; })()"
            )
            if stop is not None:
                seen.add(stop)
                assert outline != "none"
            if len(seen) == wanted:
                break
        assert len(seen) == wanted, path
    context.close()


def test_the_first_stop_skips_to_the_content(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    for path, place in (("php/", "#stories"), ("nowhere/at/all/", "#content")):
        page.goto(site.address + path)
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(place)).to_be_focused()
    page.goto(site.address)
    for key in ("Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('.story h3') !== null"), (
        "the first stop after it is the first story"
    )
    page.close()


def test_search_finds_a_word_with_and_without_its_accent(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"{site.address}search/")
    expect(page.locator("#q")).to_be_focused()
    assert not [url for url in loaded if url.endswith(".json")], "nothing is loaded before the field is used"
    for query in ("géométrie", "geometrie"):
        page.fill("#q", query)
        first = page.locator(".results a").first
        expect(first).to_have_attribute("href", "https://william-durand.example/500")
        expect(page.get_by_role("status")).to_have_text("1 billet")
        expect(page.locator("mark").first).to_have_text("géométrie")
    page.fill("#q", "zzzz")
    expect(page.get_by_role("status")).to_contain_text("Rien trouvé")
    page.fill("#q", "générateurs")
    expect(page.locator(".results h2")).to_have_count(10)
    page.get_by_label("Source").select_option("Élodie Chêne")
    expect(page.locator(".results p.soft").first).to_contain_text("Élodie Chêne")
    page.get_by_role("button", name="Plus de résultats").click()
    expect(page.locator(".results h2").nth(10)).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).violations_count == 0
    page.close()


def test_the_segments_of_a_large_planet_are_asked_together(tmp_path: Path, browser: Browser) -> None:
    stories = [
        editions.story(
            row, at=editions.NOW - timedelta(hours=6 * row), text="basalte" if row in {1, 400, 1590} else "lave"
        )
        for row in range(1, 1601)
    ]
    large = editions.edition(stories)
    wanted = (one for one in artifacts(large, "base", tmp_path) if one.path in PARTS)
    publish([*wanted, *search.index(large)], tmp_path)
    with site_server(tmp_path, 0) as address:
        page = browser.new_page()
        page.goto(f"{address}search/?q=basalte")
        expect(page.get_by_role("status")).to_have_text("3 billets")
        titles = {page.locator(".results h2").nth(number).inner_text() for number in range(3)}
        assert titles == {"Billet 1", "Billet 400", "Billet 1590"}
        page.close()


def test_the_page_stems_as_the_index_does(site: Site, browser: Browser) -> None:
    """Snowball in Python and Snowball in the page: the same stem for each word, French and English."""
    vocabulary = sorted(
        {word for path in site.folder.rglob("archive/**/*.html") for word in words(path.read_text("utf-8"))}
    )
    vocabulary += [
        "génèrent",
        "mangeaient",
        "nationalité",
        "chevaux",
        "électriquement",
        "abandonnées",
        "yeux",
        "naïveté",
    ]
    vocabulary += [
        "running",
        "generators",
        "happily",
        "nationality",
        "conditional",
        "skies",
        "dying",
        "inning",
        "exceedingly",
    ]
    page = browser.new_page()
    page.goto(f"{site.address}search/")
    theirs = page.evaluate(
        "(words) => words.map((word) => [new FrenchStemmer().stemWord(word), new EnglishStemmer().stemWord(word)])",
        vocabulary,
    )
    french, english = Stemmer("french"), Stemmer("english")
    ours = [[french.stemWord(word), english.stemWord(word)] for word in vocabulary]
    assert [word for word, mine, its in zip(vocabulary, ours, theirs, strict=True) if mine != its] == []
    page.close()


def test_a_search_can_be_linked(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site.address}search/?q=geometrie")
    expect(page.locator(".results h2 a")).to_have_count(1)
    page.close()


def test_the_script_weighs_little(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(site.address, wait_until="networkidle")
    assert sum(size for url, size in sizes.items() if ".js" in url) <= 10_000
    page.close()


def test_keys_move_from_story_to_story_and_can_be_switched_off(site: Site, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.address}page/2/")
    titles = page.locator(".story h3 a")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Utiliser ces touches").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(titles.nth(2)).not_to_be_focused()
    page.reload()
    page.keyboard.press("j")
    expect(titles.nth(0)).not_to_be_focused()
    page.get_by_role("button", name="Clavier").click()
    expect(page.get_by_label("Utiliser ces touches")).not_to_be_checked()
    context.close()


def test_an_evening_is_greyed_as_soon_as_it_is_over(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.clock.set_fixed_time(editions.NOW + timedelta(days=4))
    page.goto(f"{site.address}events/")
    expect(page.locator("#e-soiree-php")).to_have_class("event h-event over")
    expect(page.locator("#e-apero")).to_have_class("event h-event")
    page.close()


def test_recent_dates_are_told_from_now_and_nothing_moves(site: Site, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800}, timezone_id="Europe/Paris")
    page.add_init_script(
        """window.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })
           .observe({ type: 'layout-shift', buffered: true });"""
    )
    held: list[Route] = []  # the script comes late, after the first paint
    page.route("**/planet.js*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a function of its own
    page.clock.set_fixed_time(editions.NOW)
    page.goto(site.address, wait_until="commit")
    expect(page.locator("footer.bottom")).to_be_attached()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    held[0].continue_()
    time = page.locator("time.dt-published").first
    expect(time).to_contain_text("il y a 5 min")
    expect(time).to_have_attribute("title", "lundi 23 novembre 2026 à 08:55")
    assert page.evaluate("window.shift") == 0
    page.close()


def test_addresses_can_be_copied(site: Site, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site.address}subscribe/")
    page.locator("button[data-copy]").first.click()
    expect(page.locator("button[data-copy]").first).to_contain_text("Copiée")
    assert page.evaluate("navigator.clipboard.readText()") == "https://planet.example/atom.xml"
    context.close()


def test_without_script_nothing_is_offered_that_does_not_work(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("", "search/", "subscribe/"):
        page.goto(site.address + path)
        assert page.locator("button:visible, input:visible").count() == 0
    expect(page.locator("main")).to_contain_text("Atom")
    page.goto(f"{site.address}search/")
    expect(page.locator("main")).to_contain_text("Sans script")
    context.close()


def test_the_page_prints_evenings_and_no_menu(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site.address}events/")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".menu")).to_be_hidden()
    expect(page.locator("#e-soiree-php h4")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('#e-soiree-php h4 a')).color") == "rgb(0, 0, 0)"
    page.close()


def test_the_site_works_in_a_folder_of_its_own(site: Site, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "sub").symlink_to(site.folder, target_is_directory=True)
    with site_server(tmp_path, 0) as address:
        context = browser.new_context()
        watch = Watch(Site(site.folder, address, site.elsewhere), context)
        watch.page.goto(f"{address}sub/php/")
        watch.page.click(".menu a[href='../events/']")
        watch.page.click(".title a")
        expect(watch.page).to_have_url(f"{address}sub/")
        assert watch.page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
        assert not watch.faults
        context.close()
