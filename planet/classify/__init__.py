"""Where an entry belongs: who shows it, and which technologies it is of, each with its reasons. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from planet.classify import scores
from planet.classify.company import certain
from planet.classify.filters import CompiledFilter, Hidden, Subject, subject, subject_of
from planet.classify.vocabulary import Vocabulary
from planet.classify.words import Match
from planet.model import Classification, Config, Entry, Reason, Technology
from planet.text import fold
from planet.urls import host_and_path

__all__ = ["Classifier", "Scores"]

Scores = tuple[tuple[str, int, tuple[Reason, ...]], ...]
"""(technology, score in hundredths, reasons), in the order of feeds.yaml."""
_AGAIN = {"lead": 2, "body": 6}
_FEW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _FeedRules:
    """The rules of feeds.yaml for one feed of one source: (technology, rule) that it gives; filters of the planet, the source and the feed."""

    source: str
    technologies: tuple[tuple[str, str], ...]
    includes: tuple[CompiledFilter, ...]
    excludes: tuple[CompiledFilter, ...]

    def against(self, prepared: Subject) -> str:
        """Why this source does not show an entry, "" where it does. Whatever excludes it wins."""
        for exclude in self.excludes:
            if match := exclude.match(prepared):
                return f"exclude: {match[0]}: {match[1]}"
        if not all(include.match(prepared) for include in self.includes):
            return "include: nothing of it matches"
        return ""


def _rules_of_feeds(config: Config) -> dict[str, list[_FeedRules]]:
    """The key of a feed -> its rules, for each source that lists it."""
    feeds: dict[str, list[_FeedRules]] = defaultdict(list)
    planet = (CompiledFilter(config.site.include), CompiledFilter(config.site.exclude))
    for source in config.sources:
        own = (CompiledFilter(source.include), CompiledFilter(source.exclude))
        for feed in source.feeds:
            filters = (planet, own, (CompiledFilter(feed.include), CompiledFilter(feed.exclude)))
            feeds[feed.key].append(
                _FeedRules(
                    source=source.slug,
                    technologies=(
                        *((slug, "source") for slug in source.technologies),
                        *((slug, "feed") for slug in feed.technologies),
                    ),
                    includes=tuple(include for include, _ in filters if include),
                    excludes=tuple(exclude for _, exclude in filters if exclude),
                )
            )
    return feeds


class Classifier:
    """All rules of feeds.yaml about what is shown and where, compiled once. Can be sent to worker processes."""

    def __init__(self, config: Config) -> None:
        numbered = list(enumerate(config.technologies))
        self._slugs = tuple(technology.slug for technology in config.technologies)
        self._words = Vocabulary(
            [(word, n) for n, technology in numbered for word in technology.words],
            everyday=[(word, n) for n, technology in numbered for word in technology.everyday],
        )
        self._company = Vocabulary([(word, n) for n, technology in numbered for word in technology.company])
        self._tags: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._languages: dict[str, list[int]] = defaultdict(list)
        self._homes: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for n, technology in numbered:
            self._add_signs(n, technology)
        self._include = [(n, CompiledFilter(technology.include)) for n, technology in numbered if technology.include]
        self._exclude = [(n, CompiledFilter(technology.exclude)) for n, technology in numbered if technology.exclude]
        self._feeds = _rules_of_feeds(config)
        self._hidden = Hidden(config.hide)

    def _add_signs(self, n: int, technology: Technology) -> None:
        """Register the evidence for the n-th technology other than words: tags, languages of code blocks, hosts of links."""
        for tag in technology.tags:
            self._tags[fold(tag)].append((n, tag))
        for language in technology.code:
            self._languages[language.lower()].append(n)
        for home in technology.homes:
            host, _, path = home.partition("/")
            self._homes[host].append((f"/{path}" if path else "", n))

    def classify(self, entry: Entry, feed_key: str) -> Classification:
        """Who may show the entry of a feed, and its technologies. Without sources it is not shown, and `hidden` says why."""
        prepared = subject_of(entry, scores.BODY_LENGTH)
        sources, given, hidden = self._sources(entry, prepared, feed_key)
        ratings = self._score(prepared, given)
        return Classification(
            sources=sources,
            technologies=tuple(slug for slug, score, _ in ratings if score >= scores.THRESHOLD),
            scores=ratings,
            hidden=hidden,
        )

    def score(
        self,
        *,
        title: str,
        text: str,
        tags: Sequence[str] = (),
        code: Sequence[str] = (),
        links: Sequence[str] = (),
        given: Sequence[tuple[str, str]] = (),
    ) -> Scores:
        """The score and the reasons of each technology, near misses included. `given` are (technology, "source" or "feed") of feeds.yaml."""
        return self._score(
            subject(title=title, text=text[: scores.BODY_LENGTH], tags=tags, code=code, links=links), given
        )

    def _sources(
        self, entry: Entry, prepared: Subject, feed_key: str
    ) -> tuple[tuple[tuple[str, str], ...], list[tuple[str, str]], str]:
        """(source, feed) that show the entry, (technology, rule) that these give it, why it is not shown."""
        if named := self._hidden.match(entry):
            return (), [], f"hide: {named}"
        sources: list[tuple[str, str]] = []
        given: list[tuple[str, str]] = []
        hidden = "" if feed_key in self._feeds else "source: none in feeds.yaml"
        for rules in self._feeds.get(feed_key, ()):
            if why := rules.against(prepared):
                hidden = hidden or why
            else:
                sources.append((rules.source, feed_key))
                given += rules.technologies
        return tuple(sources), given, "" if sources else hidden

    def _score(self, prepared: Subject, given: Sequence[tuple[str, str]]) -> Scores:
        reasons: dict[int, list[Reason]] = defaultdict(list)
        for n, word in sorted({match for tag in prepared.tags for match in self._tags.get(tag, ())}):
            reasons[n].append(Reason(rule="tag", what=word, score=scores.TAG))
        others: dict[int, list[Reason]] = defaultdict(list)
        self._add_code(prepared.code, others)
        self._follow(prepared.links, others)
        opening = self._read(prepared, reasons, reasons.keys() | others.keys())
        for n, signs in others.items():
            reasons[n] += signs
        _weigh(reasons, opening)
        self._apply_rules(prepared, reasons)
        for slug, rule in dict.fromkeys(given):
            if slug in self._slugs:
                reasons[self._slugs.index(slug)].insert(0, Reason(rule=rule, what=slug, score=scores.SOURCE))
        ratings = [
            (self._slugs[n], sum(reason.score for reason in why), tuple(why)) for n, why in sorted(reasons.items())
        ]
        return tuple(rating for rating in ratings if rating[1] >= scores.NEAR_MISS or rating[2][-1].rule == "exclude")

    def _add_code(self, languages: Iterable[str], reasons: dict[int, list[Reason]]) -> None:
        """Add the languages of code blocks to `reasons`, each once."""
        for language in sorted({language.lower() for language in languages}):
            for n in self._languages.get(language, ()):
                reasons[n].append(Reason(rule="code", what=language, score=scores.CODE))

    def _apply_rules(self, prepared: Subject, reasons: dict[int, list[Reason]]) -> None:
        """Add the `include` and `exclude` of technologies to `reasons`: an exclude cancels the points before it."""
        for n, include in self._include:
            if matched := include.match(prepared):
                reasons[n].append(Reason(rule="include", what=": ".join(matched), score=scores.INCLUDE))
        for n, exclude in self._exclude:
            if n in reasons and (matched := exclude.match(prepared)):
                against = -sum(reason.score for reason in reasons[n])
                reasons[n].append(Reason(rule="exclude", what=": ".join(matched), score=against))

    def _read(self, prepared: Subject, reasons: dict[int, list[Reason]], known: AbstractSet[int]) -> dict[int, str]:
        """Add the words of title, lead and body to `reasons`, each where it counts most. Returns technology -> the word of it that the opening names first.

        `known` are the technologies with other evidence, which makes their everyday words certain.
        """
        head, body = self._certain(prepared, known)
        opening: dict[int, str] = {}
        best: dict[tuple[int, str], tuple[str, int]] = {
            (match.meaning, match.word): ("title", scores.TITLE) for match in head
        }
        again: dict[tuple[int, str, str], int] = defaultdict(int)
        for match in body:
            key = (match.meaning, match.word)
            if match.start < scores.OPENING_LENGTH:
                opening.setdefault(*key)
            where = "lead" if match.start < scores.LEAD_LENGTH else "body"
            if key not in best:
                best[key] = (where, scores.LEAD if where == "lead" else scores.BODY)
            elif best[key][0] != "title":
                times = again[*key, where] = again[*key, where] + 1
                if times <= _AGAIN[where]:
                    more = scores.LEAD_AGAIN if where == "lead" else scores.BODY_AGAIN
                    best[key] = (best[key][0], best[key][1] + more)
        for (n, word), (where, score) in sorted(best.items(), key=lambda item: (item[0][0], -item[1][1], item[0][1])):
            reasons[n].append(Reason(rule="word", what=word, where=where, score=score))
        return opening

    def _certain(self, prepared: Subject, known: AbstractSet[int]) -> tuple[list[Match], list[Match]]:
        """The words of title and body that mean a technology: an everyday word only where something keeps it company."""
        head, body = self._words.find(prepared.head), self._words.find(prepared.body)
        names: dict[int, set[str]] = defaultdict(set)
        for match in (*head, *body):
            if not match.sure:
                names[match.meaning].add(match.word)
        if not names:
            return head, body
        sure = {
            *known,
            *(n for text, matches in ((prepared.head, head), (prepared.body, body)) for _, n in certain(text, matches)),
        }
        sure |= {n for n, words in names.items() if len(words) > 1}
        if names.keys() - sure:
            sure |= {match.meaning for text in (prepared.head, prepared.body) for match in self._company.find(text)}
        return [match for match in head if match.meaning in sure], [match for match in body if match.meaning in sure]

    def _follow(self, links: Sequence[str], reasons: dict[int, list[Reason]]) -> None:
        """Add links to the homes of technologies to `reasons`: at most two of each technology, each page once."""
        counted: dict[int, set[str]] = defaultdict(set)
        for link in links:
            host, path = host_and_path(link)
            for start, n in self._homes.get(host, ()):
                if path.startswith(start) and len(counted[n]) < 2:
                    counted[n].add(host + path)
        for n, pages in sorted(counted.items()):
            reasons[n] += [Reason(rule="link", what=page, score=scores.LINK) for page in sorted(pages)]


def _total(why: Sequence[Reason]) -> int:
    return sum(reason.score for reason in why)


def _weigh(reasons: dict[int, list[Reason]], opening: Mapping[int, str]) -> None:
    """Adjust the points of words in lead and body by the other evidence.

    Beside a technology that title or tags name, it counts less; where nothing is sure, a single mention in the opening is enough.
    """
    named = {n for n, why in reasons.items() if any(reason.rule == "tag" or reason.where == "title" for reason in why)}
    if named:
        for n in reasons.keys() - named:
            reasons[n] = [
                replace(reason, score=reason.score // scores.BESIDE) if reason.rule == "word" else reason
                for reason in reasons[n]
            ]
    elif all(_total(why) < scores.THRESHOLD for why in reasons.values()):
        led = {n for n, why in reasons.items() if any(reason.where == "lead" for reason in why)}
        if len(led) <= _FEW:
            for n, word in opening.items():
                reasons[n].append(Reason(rule="word", what=word, where="alone", score=scores.ALONE))
