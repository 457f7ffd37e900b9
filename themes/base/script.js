/* Everything can be read without it. */
(() => {
  "use strict";
  const $ = (query, within = document) => [...within.querySelectorAll(query)];
  const language = document.documentElement.lang;
  const words = document.getElementById("words");
  const kept = (name, value) => { try { return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value); } catch { return null; } };

  for (const one of $(".script-only")) one.hidden = false;
  for (const here of $(".menu li [aria-current]")) here.closest("ul").scrollLeft = here.offsetLeft - 48;

  /* Dates of the last day from now; the absolute one as title. */
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const absolute = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
  for (const time of $("time.dt-published")) {
    const date = new Date(time.dateTime);
    const minutes = Math.round((Date.now() - date) / 60000);
    time.title = absolute.format(date);
    const hour = time.querySelector("span");
    if (hour && minutes >= 0 && minutes < 1440) hour.textContent = minutes < 60 ? relative.format(-Math.max(minutes, 1), "minute") : relative.format(-Math.round(minutes / 60), "hour");
  }

  /* What is over is greyed at once, not at the next run. */
  for (const end of $(".h-event .dt-end")) if (new Date(end.dateTime) < Date.now()) end.closest(".h-event").classList.add("over");

  /* What scrolls sideways can be reached by keys; code says its language; a picture that fails leaves no hole. */
  const dress = (text) => {
    for (const wide of $("pre, table", text)) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    for (const code of $("pre code[class*=language-]", text)) code.parentNode.dataset.language = code.className.match(/language-([\w+#-]+)/)?.[1] ?? "";
  };
  document.addEventListener("toggle", (event) => { if (event.target.open && event.target.matches?.("details.text")) finish(event.target); }, true);
  document.addEventListener("error", (event) => { if (event.target.matches?.(".story img, .h-card img")) event.target.remove(); }, true);
  for (const image of $(".story img")) if (image.complete && image.currentSrc && !image.naturalWidth) image.remove();

  /* Close, within reach at the end of a text. */
  const finish = (details) => {
    dress(details);
    const end = details.querySelector(".end");
    if (!end || end.querySelector("button")) return;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words.dataset.close });
    button.addEventListener("click", () => { details.open = false; details.closest("article").scrollIntoView({ block: "nearest" }); details.querySelector("summary").focus({ preventScroll: true }); });
    end.prepend(button);
  };

  /* "Read here" opens the text in place: it stands on the page of its month. */
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a.read");
    if (!link || link.dataset.plain || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    let markup = "";
    try {
      markup = await (await fetch(link.href)).text();
    } catch {
      /* It may be a reader who went elsewhere that ended it: the next click follows the link. */
      link.dataset.plain = "yes";
      return;
    }
    const there = new DOMParser().parseFromString(markup, "text/html");
    const text = there.getElementById(new URL(link.href).hash.slice(1))?.querySelector("details.text");
    if (!link.isConnected) return; // clicked twice
    if (!text) { location.href = link.href; return; }
    text.open = true;
    link.closest("article").append(document.adoptNode(text));
    link.remove();
    text.querySelector("summary").focus({ preventScroll: true });
  });
  const opened = () => { const text = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector(":scope > details.text"); if (text) text.open = true; };
  addEventListener("hashchange", opened);
  if (document.body.classList.contains("on-month")) opened();

  /* When feeds were asked. */
  for (const summary of $(".feed-summaries")) summary.addEventListener("toggle", async () => {
    const feeds = await (await fetch(summary.dataset.health)).json();
    for (const time of $("span[data-feed]", summary)) time.textContent = absolute.format(new Date(feeds.find(({ url }) => url === time.dataset.feed).last_attempt));
  }, { once: true });

  /* Buttons that copy an address, or open it in the reader that the system knows for `feed:`. */
  for (const button of $("button[data-copy], button[data-feed]")) button.hidden = button.dataset.copy && !navigator.clipboard;
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("button[data-copy], button[data-feed]");
    if (!button) return;
    if (button.dataset.feed) { location.href = `feed:${button.dataset.feed}`; return; }
    const label = button.firstChild.data;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.firstChild.data = words.dataset.copied;
    setTimeout(() => { button.firstChild.data = label; }, 2000);
  });

  /* The filter and the order of members. */
  const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  for (const box of $(".filter")) {
    box.hidden = false;
    let rows;
    box.querySelector("input").addEventListener("input", ({ target }) => {
      rows ??= $(".people li").map((row) => [row, folded(row.querySelector(".p-name").textContent)]);
      const part = folded(target.value);
      for (const [row, name] of rows) row.hidden = !name.includes(part);
    });
    box.querySelector("button").addEventListener("click", () => { for (const list of $(".people")) list.append(...$("li", list).sort((one, other) => other.dataset.latest < one.dataset.latest ? -1 : 1)); });
  }

  /* An OPML file of what is ticked, made here. */
  for (const form of $(".compose")) {
    const boxes = $("input[type=checkbox]", form), button = form.querySelector(".compose-it");
    for (const one of boxes) one.hidden = false;
    for (const one of $(".noscript", form)) one.hidden = true;
    form.addEventListener("change", () => { button.hidden = !boxes.some((one) => one.checked); });
    button.addEventListener("click", () => {
      const file = document.implementation.createDocument(null, "opml");
      const add = (parent, name, values = {}, text = "") => { const element = file.createElement(name); for (const [key, value] of Object.entries(values)) element.setAttribute(key, value); element.textContent = text; parent.append(element); return element; };
      file.documentElement.setAttribute("version", "2.0");
      add(add(file.documentElement, "head"), "title", {}, form.dataset.title);
      const body = add(file.documentElement, "body");
      for (const one of boxes) if (one.checked) { const name = one.parentNode.textContent.trim(); add(body, "outline", { type: "rss", text: name, title: name, xmlUrl: form.dataset.site + one.value }); }
      const link = Object.assign(document.createElement("a"), { download: "planet.opml", href: URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(file)], { type: "text/x-opml" })) });
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  /* Since the last visit: a line between rows, from this browser's memory. A visit ends after an hour. */
  if (words && kept("planet-since") !== "off" && document.querySelector(".on-all .stories, .on-technology .stories")) {
    const now = Date.now(), seen = Number(kept("planet-seen")), before = now - seen > 3600000 ? seen : Number(kept("planet-before"));
    if (now - seen > 3600000) kept("planet-before", String(seen));
    kept("planet-seen", String(now));
    const first = before && $(".month > .story").find((story) => new Date(story.querySelector(".dt-published").dateTime) <= before);
    if (first && first !== document.querySelector(".month > .story")) first.before(Object.assign(document.createElement("p"), { className: "since", textContent: words.dataset.since }));
  }

  /* Keys: j and k move the focus from story to story, / searches, ? explains and can switch them off (WCAG 2.1.4). */
  if (!words) return;
  let keys = kept("planet-keys") !== "off";
  const help = words.content.querySelector("dialog"), opener = words.content.querySelector("button.plain");
  const [keysBox, sinceBox] = $("input", help);
  document.body.append(help);
  document.querySelector(".bottom .wide")?.append(opener);
  const show = () => { keysBox.checked = keys; sinceBox.checked = kept("planet-since") !== "off"; help.showModal(); };
  opener.addEventListener("click", show);
  keysBox.addEventListener("change", () => { keys = keysBox.checked; kept("planet-keys", keys ? "on" : "off"); });
  sinceBox.addEventListener("change", () => { kept("planet-since", sinceBox.checked ? "on" : "off"); for (const one of $(".since")) one.hidden = !sinceBox.checked; });
  document.addEventListener("keydown", (event) => {
    if (!keys || event.ctrlKey || event.metaKey || event.altKey || help.open || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const stories = $(".story:has(.u-url)"), at = stories.indexOf(document.activeElement.closest(".story"));
      const place = at < 0 && step < 0 ? stories.length - 1 : at + step;
      if (stories[place]) { stories[place].querySelector(".u-url").focus({ preventScroll: true }); stories[place].scrollIntoView({ block: "start", behavior: "instant" }); }
    } else if (event.key === "/") ($("form.search:not([hidden]) input, .quick input").find((one) => one.checkVisibility()) ?? document.querySelector(".find"))?.focus();
    else if (event.key === "?") show();
    else return;
    event.preventDefault();
  });
})();
