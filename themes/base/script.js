/* Enhancements only: everything can be read without them. */
(() => {
  "use strict";
  const $ = (query, within = document) => [...within.querySelectorAll(query)];
  const make = (tag, values = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), values);
    element.append(...children);
    return element;
  };
  const language = document.documentElement.lang;
  const words = document.getElementById("words");

  /* Dates of the last day are told from now; the absolute one stays as the title. */
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const absolute = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
  for (const time of $("time.dt-published")) {
    const date = new Date(time.dateTime);
    const minutes = Math.round((Date.now() - date) / 60000);
    time.title = absolute.format(date);
    if (minutes >= 0 && minutes < 1440)
      time.textContent = minutes < 60 ? relative.format(-minutes, "minute") : relative.format(-Math.round(minutes / 60), "hour");
  }

  /* An event that is over is greyed at once, not at the next run. */
  for (const event of $(".h-event")) {
    const end = event.querySelector(".dt-end");
    if (end && new Date(end.dateTime) < Date.now()) event.classList.add("over");
  }

  /* What scrolls sideways within a text can be reached by keys, in every browser. */
  document.addEventListener("toggle", (event) => { for (const wide of $("pre, table", event.target)) wide.tabIndex = 0; }, true);

  /* Copy buttons. */
  for (const button of $("button[data-copy]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const label = button.firstChild.data;
      await navigator.clipboard.writeText(button.dataset.copy);
      button.firstChild.data = words.dataset.copied;
      setTimeout(() => { button.firstChild.data = label; }, 2000);
    });
  }

  /* Keys: j and k move the focus from story to story, / searches, ? explains and can switch them off (WCAG 2.1.4). */
  let keys = true;
  const remember = (value) => { try { localStorage.setItem("planet-keys", value); } catch { /* not kept */ } };
  try { keys = localStorage.getItem("planet-keys") !== "off"; } catch { /* not kept */ }
  if (words) {
    const help = words.content.querySelector("dialog");
    const opener = words.content.querySelector("button.plain");
    const box = help.querySelector("input");
    document.body.append(help);
    document.querySelector(".bottom .wide").append(opener);
    const show = () => { box.checked = keys; help.showModal(); };
    opener.addEventListener("click", show);
    box.addEventListener("change", () => { keys = box.checked; remember(keys ? "on" : "off"); });
    document.addEventListener("keydown", (event) => {
      if (!keys || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step) {
        const links = $(".story h3 a").filter((link) => link.checkVisibility());
        const at = document.activeElement.closest?.(".story");
        const here = at ? links.findIndex((link) => at.contains(link)) : step > 0 ? -1 : links.length;
        const next = links[here + step];
        if (next) { next.focus({ preventScroll: true }); next.closest(".story").scrollIntoView({ block: "start" }); }
      } else if (event.key === "/") (document.querySelector("form.search:not([hidden]) input") ?? document.querySelector(".find"))?.focus();
      else if (event.key === "?") show();
      else return;
      event.preventDefault();
    });
  }

  /* Search: the index is loaded when the field is first used. */
  const form = document.querySelector("form.search");
  if (!form) return;
  const input = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const results = form.querySelector(".results");
  const say = status.dataset;
  const chosen = {};
  let engine, round = 0;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  const load = () => (engine ??= (async () => {
    const [first, ...others] = form.dataset.index.trim().split(" ").map((path) => new URL(path, document.baseURI).href);
    const pagefind = await import(`${first}pagefind.js`);
    await pagefind.options({ basePath: first, excerptLength: 24, noWorker: true });
    await pagefind.init();
    for (const other of others) await pagefind.mergeIndex(other, { noWorker: true });
    const filters = await pagefind.filters();
    for (const name of ["technology", "source"]) {
      const values = Object.keys(filters[name] ?? {});
      if (!values.length) continue;
      const select = make("select", {}, make("option", { value: "" }, say.all), ...values.map((value) => make("option", { value }, value)));
      select.addEventListener("change", () => { chosen[name] = select.value; search(); });
      form.querySelector(".filters").append(make("label", {}, say[name], " ", select));
    }
    return pagefind;
  })());
  const marked = (html) => [...new DOMParser().parseFromString(`<p>${html}`, "text/html").querySelector("p").childNodes].map((part) =>
    part.nodeName === "MARK" ? make("mark", {}, part.textContent) : part.textContent);
  const shown = async (found, start) => {
    for (const one of await Promise.all(found.slice(start, start + 10).map((result) => result.data()))) {
      const { title, author, date, url } = one.meta;
      const heading = make("h2", {}, make("a", { href: url || "../" }, title));
      results.append(make("li", {}, heading, make("p", { className: "soft" }, [author, new Date(date).toLocaleDateString(language, { dateStyle: "long" })].join(" · ")), make("p", {}, ...marked(one.excerpt))));
    }
    if (found.length <= start + 10) return;
    const more = make("button", { type: "button" }, say.more);
    more.addEventListener("click", async () => { more.parentNode.remove(); await shown(found, start + 10); results.children[start + 10].querySelector("a").focus(); });
    results.append(make("li", {}, more));
  };
  const search = async () => {
    const mine = ++round;
    const query = input.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    if (!query) { results.replaceChildren(); status.textContent = ""; return; }
    status.textContent = say.wait;
    try {
      const filters = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
      const found = (await (await load()).search(query, { filters })).results;
      if (mine !== round) return;
      results.replaceChildren();
      status.textContent = found.length === 0 ? say.none : found.length === 1 ? say.one : say.many.replace("{count}", found.length);
      await shown(found, 0);
    } catch (error) { engine = undefined; status.textContent = say.broken; }
  };
  let waiting;
  input.addEventListener("focus", () => load().catch(() => { engine = undefined; }), { once: true });
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 150); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; search(); }
})();
