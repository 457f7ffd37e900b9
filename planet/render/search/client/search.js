/* The search page. Words are folded and stemmed as in planet/render/search/words.py; see index.py for the files. */
(() => {
  "use strict";
  const form = document.querySelector("form.search[data-segments]");
  if (!form) return;
  const make = (tag, values = {}, ...children) => { const element = Object.assign(document.createElement(tag), values); element.append(...children); return element; };
  const input = form.querySelector("#q"), status = form.querySelector("[role=status]"), results = form.querySelector(".results");
  const say = status.dataset, root = form.dataset.root, names = form.dataset.segments.split(" ");
  const language = document.documentElement.lang;
  const stemmers = [new FrenchStemmer(), new EnglishStemmer()];
  const folded = (text) => text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/ß/g, "ss").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const wordsOf = (text) => (text.normalize("NFC").toLowerCase().match(/[\p{L}\p{N}]+(?:\+\+|#)?/gu) ?? []).filter((word) => word.length <= 40);
  const ascii = /^[\x00-\x7f]*$/;
  const stemsOf = (word) => { const plain = folded(word); return new Set([plain, ...(ascii.test(plain) ? stemmers.flatMap((one) => [folded(one.stemWord(word)), one.stemWord(plain)]) : [])]); };
  const files = new Map();
  const json = (path) => { if (!files.has(path)) files.set(path, fetch(path).then((answer) => answer.ok ? answer.json() : Promise.reject(new Error(path)))); return files.get(path); };
  const segments = () => Promise.all(names.map(async (name) => ({ name, ...(await json(`${name}/index.json`)) })));
  const chosen = { technology: "", source: "" };
  let filters;

  /* The stems of a segment that a word means, with their postings: the word itself, its stems, and while it is being typed what begins so. */
  const lookup = async (segment, word, typing) => {
    const wanted = stemsOf(word), start = folded(word), found = new Map();
    const bucketOf = (term) => { let place = segment.buckets.findLastIndex((first) => first <= term); return Math.max(place, 0); };
    const places = new Set([...wanted].map(bucketOf));
    const prefix = typing && start.length > 2;
    if (prefix) for (let place = bucketOf(start); place <= bucketOf(`${start}\uffff`) && place < bucketOf(start) + 3; place++) places.add(place);
    for (const place of places) {
      if (place >= segment.buckets.length) continue;
      const bucket = await json(`${segment.name}/${place}.json`);
      for (const term of wanted) if (Object.hasOwn(bucket, term)) found.set(term, [bucket[term], 1]);
      if (prefix) for (const term in bucket) if (term.startsWith(start) && !found.has(term)) found.set(term, [bucket[term], 0.4]);
    }
    const scores = new Map();
    for (const [postings, share] of found.values()) for (let at = 0, story = 0; at < postings.length; at += 2) {
      story += postings[at];
      scores.set(story, Math.max(scores.get(story) ?? 0, postings[at + 1] * share));
    }
    return scores;
  };
  const find = async (query) => {
    const words = [...new Set(wordsOf(query))];
    const typing = !/\s$/.test(query);
    const parts = await segments();
    const total = parts.reduce((sum, segment) => sum + segment.facts.length, 0);
    const tables = await Promise.all(parts.map((segment) => Promise.all(words.map((word, place) => lookup(segment, word, typing && place === words.length - 1)))));
    const worth = words.map((_, place) => { const holding = tables.reduce((sum, table) => sum + table[place].size, 0); return holding ? Math.log(1 + (total - holding + 0.5) / (holding + 0.5)) : 0; });
    /* Every word must be there; one that half of all stories hold may be missing. */
    const needed = words.map((_, place) => tables.reduce((sum, table) => sum + table[place].size, 0) < total / 2 || words.length === 1);
    const hits = [];
    parts.forEach((segment, number) => {
      const technology = segment.technologies.indexOf(chosen.technology), source = segment.sources.indexOf(chosen.source);
      const counts = new Map();
      tables[number].forEach((scores, place) => { for (const [story, score] of scores) { const entry = counts.get(story) ?? [0, 0]; entry[0] += score * worth[place]; if (needed[place]) entry[1]++; counts.set(story, entry); } });
      const must = needed.filter(Boolean).length;
      for (const [story, [score, held]] of counts) {
        if (held < must) continue;
        const [topics, sources, day] = segment.facts[story];
        if (chosen.technology && !topics.includes(technology)) continue;
        if (chosen.source && !sources.includes(source)) continue;
        hits.push({ segment, story, score: score * (1 + day / 100000), day });
      }
    });
    return hits.sort((one, other) => other.score - one.score || other.day - one.day);
  };
  const byName = async (query) => {
    const words = wordsOf(query);
    const all = await json("names.json");
    return words.length ? all.filter(([name]) => { const parts = wordsOf(name); return words.every((word) => parts.some((part) => folded(part).startsWith(folded(word)) || [...stemsOf(part)].some((stem) => stemsOf(word).has(stem)))); }).slice(0, 5) : [];
  };
  const marked = (text, query) => {
    const wanted = new Set(wordsOf(query).flatMap((word) => [...stemsOf(word)]));
    return text.split(/([\p{L}\p{N}]+)/u).map((part) => part && [...stemsOf(part.toLowerCase())].some((stem) => wanted.has(stem)) ? make("mark", {}, part) : part);
  };
  const date = (day) => new Date(day).toLocaleDateString(language, { dateStyle: "long", timeZone: "UTC" });
  const show = async (hits, start, query) => {
    for (const { segment, story } of hits.slice(start, start + 10)) {
      const [title, url, author, day, excerpt, lang] = (await json(`${segment.name}/d${Math.floor(story / segment.shown)}.json`))[story % segment.shown];
      const host = url ? new URL(url).host.replace(/^www\./, "") : "";
      results.append(make("li", { lang: lang || language, dir: "auto" }, make("h2", {}, make("a", { href: url || root }, ...marked(title, query))), make("p", { className: "soft" }, [author, date(day), host].filter(Boolean).join(" · ")), make("p", {}, ...marked(excerpt, query))));
    }
    if (hits.length <= start + 10) return;
    const more = make("button", { type: "button" }, say.more);
    more.addEventListener("click", async () => { more.parentNode.remove(); const before = results.children.length; await show(hits, start + 10, query); results.children[before].querySelector("a").focus(); });
    results.append(make("li", {}, more));
  };
  const offer = async () => {
    const parts = await segments();
    for (const [name, list] of [["technology", "technologies"], ["source", "sources"]]) {
      const values = [...new Set(parts.flatMap((segment) => segment[list]))].sort((one, other) => one.localeCompare(other, language));
      if (!values.length) continue;
      const select = make("select", {}, make("option", { value: "" }, say.all), ...values.map((value) => make("option", { value }, value)));
      select.addEventListener("change", () => { chosen[name] = select.value; search(); });
      form.querySelector(".filters").append(make("label", {}, say[name], " ", select));
    }
  };
  let round = 0;
  const search = async () => {
    const mine = ++round, query = input.value;
    history.replaceState(null, "", query.trim() ? `?q=${encodeURIComponent(query.trim())}` : location.pathname);
    if (!wordsOf(query).length) { results.replaceChildren(); status.textContent = ""; return; }
    if (!results.children.length) status.textContent = say.wait;
    try {
      await (filters ??= offer());
      const [hits, found] = await Promise.all([find(query), chosen.technology || chosen.source ? [] : byName(query)]);
      if (mine !== round) return;
      results.replaceChildren(...found.map(([name, path, kind, day]) => make("li", { className: `named is-${kind}` }, make("a", { href: root + path }, ...marked(name, query)), day ? make("span", { className: "soft" }, ` ${date(day)}`) : "")));
      const count = hits.length.toLocaleString(language);
      status.textContent = hits.length === 1 ? say.one : hits.length ? say.many.replace("{count}", count) : found.length ? "" : say.none;
      await show(hits, 0, query);
    } catch (error) { files.clear(); filters = undefined; status.textContent = say.broken; }
  };
  let waiting;
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  form.hidden = false;
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; search(); }
  if (document.activeElement === document.body) input.focus();
})();
