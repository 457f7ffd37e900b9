"""Chromium for tests: how it is started, a quiet web server, and an inspector that tells what a page's members got away with.

    with chromium() as browser, Inspector(browser, folder) as inspector:
        assert inspector.page("/index.html") == []          # a published page
        assert inspector.fragments(["<p>…</p>"]) == []      # the HTML of a feed, as a reader that trusts it would show it

Nothing is asked of the network: pages come from a server on loopback, every other host is unknown to the browser, and what is asked
of it is noted.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from planet.cli.site_server import site_server

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc"
    b"\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


PATIENCE = 180_000
"""Milliseconds until a browser counts as hanging: Playwright's own 5 and 30 seconds pass on a busy machine."""
Opened = TypeVar("Opened", BrowserContext, Page)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window; its pages and what is expected of them have `PATIENCE`."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS), timeout=PATIENCE)
        launched.new_context = _patient(launched.new_context)  # type: ignore[method-assign]
        launched.new_page = _patient(launched.new_page)  # type: ignore[method-assign]
        yield launched
        launched.close()


def _patient(opening: Callable[..., Opened]) -> Callable[..., Opened]:
    """The same function; what it opens waits for `PATIENCE`. A browser has no such setting for all its pages."""

    def opened(**options: Any) -> Opened:
        target = opening(**options)
        target.set_default_timeout(PATIENCE)
        return target

    return opened


WATCHED = """(() => {
  const say = (kind, what) => { try { console.log('__seen__' + JSON.stringify([kind, String(what).slice(0, 200)])); } catch {} };
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'x', 'xss', '__xss'])
    Object.defineProperty(window, name, { value: (...all) => say('script ran', `${name}(${all.join(',')})`) });
  document.addEventListener('securitypolicyviolation', (event) => say('policy had to stop', `${event.effectiveDirective} ${event.blockedURI}`), true);
  window.open = (url) => { say('window opened', url); return null; };
})();"""

PROBE = r"""async (options) => {
  const found = [];
  const within = (element, query) => Element.prototype.closest.call(element, query);
  const all = (query) => [...Document.prototype.querySelectorAll.call(document, query)];
  const attributes = ((get) => (element) => [...get.call(element)])(Object.getOwnPropertyDescriptor(Element.prototype, 'attributes').get);
  const told = (element) => {
    const around = within(element, 'article, li, body');
    return `<${element.localName}> in: ${around ? around.textContent.trim().replace(/\s+/g, ' ').slice(0, 120) : ''}`;
  };
  const add = (kind, element, more = '') => found.push([kind, `${more} ${told(element)}`.trim()]);
  const CONTENT = '.e-content, .p-summary, .p-name, .p-location';
  const FORBIDDEN = new Set(`script style link meta base object embed applet frame frameset iframe portal template slot svg noscript
    plaintext xmp noembed noframes dialog marquee title form input button select textarea option keygen output fieldset area map
    article section main header footer nav aside`.split(/\s+/));
  for (const details of all('details')) details.open = true;
  for (const [query, count] of options.landmarks) {
    const marks = all(query);
    if (marks.length !== count) found.push(['left its article', `${marks.length} of ${query}`]);
    for (const mark of marks) if (mark.parentElement !== document.body) add('left its article', mark, query);
  }
  for (const article of all('article')) if (within(article.parentElement, 'article')) add('left its article', article, 'nested');
  let open = null, node, count = 0;
  const comments = document.createNodeIterator(document, NodeFilter.SHOW_COMMENT);
  while ((node = comments.nextNode())) {
    if (node.data === 'entry') { count++; if (open) found.push(['left its article', 'never closed']); open = node; }
    if (node.data === '/entry') { if (!open || open.parentNode !== node.parentNode) add('left its article', node.parentNode, 'closed elsewhere'); open = null; }
  }
  if (count !== options.entries) found.push(['left its article', `${count} of ${options.entries} entries are there`]);
  for (const element of all('*')) {
    const inside = within(element, CONTENT);
    const member = inside && element !== inside;
    if (member && FORBIDDEN.has(element.localName)) add('forbidden element', element);
    if (!member && element.localName === 'script' && !options.scripts.includes(element.getAttribute('src')) && element.type !== 'application/ld+json') add('foreign script', element);
    if (element.localName === 'script' && element.type === 'application/ld+json') JSON.parse(element.text);
    if (['iframe', 'object', 'embed', 'frame', 'frameset', 'base', 'marquee'].includes(element.localName) && !(options.base && element.localName === 'base')) add('forbidden element', element);
    if (['meta', 'link', 'style', 'title'].includes(element.localName) && !within(element, 'head, svg')) add('forbidden element', element);
    for (const attribute of attributes(element)) {
      const value = attribute.value.replace(/[\u0000-\u0020]/g, '').toLowerCase();
      if (/^on/i.test(attribute.name)) add('event handler', element, attribute.name);
      if (/^(javascript|vbscript|livescript|mocha|data|feed|view-source|file|blob)(:|&)/.test(value) &&
          ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'background', 'cite', 'ping', 'srcdoc', 'srcset'].includes(attribute.name))
        add('address that acts', element, value.slice(0, 60));
      if (member && ['style', 'name', 'target', 'srcdoc', 'ping', 'form', 'usemap', 'is', 'slot', 'popover', 'autofocus', 'contenteditable', 'accesskey', 'tabindex'].includes(attribute.name)) add('forbidden attribute', element, attribute.name);
      if (member && attribute.name === 'id' && !/^e?[0-9a-f]{6,}-|^s\d+-/.test(attribute.value)) add('foreign id', element, attribute.value);
    }
    if (member && ['fixed', 'sticky', 'absolute'].includes(getComputedStyle(element).position)) add('overlay', element);
    if (element.shadowRoot) add('forbidden element', element, 'shadow root');
  }
  const ids = new Set();
  for (const element of all('[id]')) { if (ids.has(element.id)) add('id twice', element, element.id); ids.add(element.id); }
  for (const place of [...all('body > header, body > footer'), ...all('article')].slice(0, 60)) {
    place.scrollIntoView({ block: 'start', behavior: 'instant' });
    const box = place.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const top = document.elementFromPoint(Math.min(box.left + 5, innerWidth - 2), box.top + 2);
    const owner = top && !place.contains(top) && within(top, 'article');
    if (owner && owner !== place) add('overlay', top, 'covers another');
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.push(['scrolls sideways', `${wide} px of ${innerWidth}`]);
  const EVENTS = `mouseover mouseenter mousemove mousedown mouseup pointerover pointerdown keydown keyup keypress focus focusin blur input
    change toggle scroll wheel copy paste drag dragover drop contextmenu dblclick animationend transitionend load error begin`.split(/\s+/);
  const inner = all('article, article *, .h-event, .h-event *');
  for (const element of inner) for (const name of EVENTS)
    EventTarget.prototype.dispatchEvent.call(element, new Event(name, { bubbles: false, cancelable: true }));
  window.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href], area[href]');
    if (!(link && /^\s*javascript:/i.test(link.href))) event.preventDefault();
  });
  window.addEventListener('submit', (event) => event.preventDefault(), true);
  for (const element of inner) EventTarget.prototype.dispatchEvent.call(element, new MouseEvent('click', { bubbles: true, cancelable: true }));
  await new Promise((done) => setTimeout(done, 30));
  return found;
}"""


class Inspector:
    """Loads pages of a folder and tells what is wrong with each: (kind, what)."""

    def __init__(self, browser: Browser, folder: Path, *, width: int = 1200) -> None:
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self._address = self._stack.enter_context(site_server(folder, 0))
        self._embedding = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._elsewhere = self._stack.enter_context(site_server(self._embedding, 0))
        context = browser.new_context(viewport={"width": width, "height": 800}, service_workers="block")
        self._stack.callback(context.close)
        context.add_init_script(WATCHED)
        self._found: list[tuple[str, str]] = []
        self._wanted = ""
        self._page = self._opened(context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def page(self, path: str) -> list[tuple[str, str]]:
        """A published page, as its file is called below the folder."""
        source = (self._folder / path).read_text("utf-8")
        # What other sites embed has neither a header nor a footer of ours.
        framed = 0 if "embed/" in path else 1
        landmarks = [["header.top", framed], ["main", 1], ["footer.bottom", framed]]
        return self._load(
            self._address + path,
            landmarks,
            source.count("<!--entry-->"),
            scripts=_scripts(source),
            base="<base " in source,
        )

    def fragments(self, fragments: Sequence[str]) -> list[tuple[str, str]]:
        """HTML as a feed carries it, each in an article of its own, on a page that guards nothing."""
        articles = "".join(
            f'<article><div class="e-content"><!--entry-->{fragment}<!--/entry--></div></article>'
            for fragment in fragments
        )
        style = "article { contain: layout paint; overflow-wrap: anywhere } .e-content table { display: block; overflow: auto } pre { overflow: auto }"
        style += " img, video { max-width: 100%; height: auto }"
        html = (
            f"<!DOCTYPE html><html><head><meta charset=utf-8><title>f</title><style>{style}</style></head>"
            f"<body><header>h</header><main>{articles}</main><footer>f</footer></body></html>"
        ).encode("utf-8", "surrogatepass")
        (self._embedding / "index.html").write_bytes(html)
        landmarks = [["header", 1], ["main", 1], ["footer", 1]]
        return self._load(self._elsewhere, landmarks, len(fragments))

    def _load(
        self, url: str, landmarks: list, entries: int, *, scripts: Sequence[str] = (), base: bool = False
    ) -> list[tuple[str, str]]:
        self._found = []
        self._wanted = url
        self._page.goto(self._wanted, wait_until="load")
        options = {"landmarks": landmarks, "entries": entries, "scripts": list(scripts), "base": base}
        self._found += [tuple(one) for one in self._page.evaluate(PROBE, options)]
        return sorted(set(self._found))

    def _opened(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._found.append(("script failed", str(error)[:200])))
        page.on("dialog", lambda dialog: (self._found.append(("dialog", dialog.message)), dialog.dismiss()))
        page.on("download", lambda download: self._found.append(("download", download.url[:200])))
        page.on("popup", lambda popup: self._found.append(("window opened", popup.url[:200])))
        page.on("framenavigated", self._went)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        text = message.text
        if text.startswith("__seen__"):
            self._found.append(tuple(json.loads(text.removeprefix("__seen__"))))
        elif message.type == "error" and "Failed to load resource" not in text:
            self._found.append(("console", text[:200]))

    def _went(self, frame: object) -> None:
        url = frame.url.split("#")[0]  # type: ignore[attr-defined]
        if url not in {self._wanted, "about:blank"}:
            self._found.append(("navigated", url[:200]))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._address, self._elsewhere)) and request.resource_type != "image":
            self._found.append(("asked another host", f"{request.resource_type} {request.url[:200]}"))

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.url.startswith(self._address):
            self._found.append(("asked for what is not there", response.url[:200]))


def _scripts(source: str) -> list[str]:
    """The files that a page of the planet loads itself: they stand in its head, before anything a member wrote."""
    head = source.partition("<title>")[2].partition("</head>")[0]
    return [part.partition('"')[0] for part in head.split('<script src="')[1:]]
