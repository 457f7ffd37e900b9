"""Filters of your own: packages with an entry point in the group `planet` look at every entry that is read (docs/plugins.md).

    an entry in, the entry (unchanged or changed) or nothing out

A planet without such a package does not load pluggy: `installed` only looks for the name of the group among the installed packages.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from planet.errors import UsageError
from planet.model import Message
from planet.text import anchor, digest, id_prefix, one_line

if TYPE_CHECKING:  # a run without such a program looks for its name, and needs no more
    import pluggy

    from planet.classify import Classifier
    from planet.model import Classification, Entry

GROUP = "planet"
_SECTION = re.compile(rb"^\[planet\]\s*$", re.MULTILINE)
_CHANGEABLE = ("title", "html", "summary", "tags", "authors", "language")
"""What a program may change of an entry: what it is recognised by, where it stands and its dates stay the feed's."""


class Hook(Protocol):
    """What a program does with an entry: it ought to give an entry or None, and may give anything."""

    def __call__(self, *, entry: Entry, feed: str) -> object:
        """The entry, unchanged or changed; None leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """An entry after all programs. `hidden` is why it is not shown ("" it is), `failed` what went wrong with which program."""

    entry: Entry
    hidden: str = ""
    failed: Message | None = None


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """The programs that are installed, by the names of their entry points, in the order of the alphabet."""

    hooks: tuple[tuple[str, Hook], ...] = ()

    def apply(self, entry: Entry, *, key: str, feed: str) -> Filtered:
        """One entry through every program, until one drops it. A program that fails costs this entry, and no other.

        `key` is that of the feed, `feed` its address as feeds.yaml has it, masked where it is secret.
        """
        for name, hook in self.hooks:
            try:
                answer = hook(entry=entry, feed=feed)
                if answer is None:
                    return Filtered(entry=entry, hidden=f"plugin: {name}")
                entry = _taken_over(entry, answer, name, key)
            except Exception as error:  # noqa: BLE001 - a program of somebody else: whatever it raises
                reason = one_line(f"{type(error).__name__}: {error}", 200)
                failed = Message.of(
                    "the filter {name} failed on {entry}, which is left out ({reason}): mend or uninstall it",
                    name=name, entry=entry.link or entry.title or entry.id, reason=reason,
                )  # fmt: skip
                return Filtered(entry=entry, hidden=f"plugin: {name}: {reason}", failed=failed)
        return Filtered(entry=entry)


def _taken_over(entry: Entry, answer: object, name: str, key: str) -> Entry:
    """The entry with what a program changed. Raises TypeError for what is no entry, or has values of other types."""
    from planet.model import Entry, Person  # as above

    if not isinstance(answer, Entry):
        raise TypeError(f"an entry or None is expected, not {type(answer).__name__}")
    if all(getattr(answer, field) == getattr(entry, field) for field in _CHANGEABLE):
        return entry
    from planet.sanitise import sanitise  # most planets have no program that changes anything

    texts = (answer.title, answer.html, answer.summary, answer.language, *answer.tags)
    if not all(isinstance(text, str) for text in texts) or not all(
        isinstance(person, Person) for person in answer.authors
    ):
        raise TypeError("title, html, summary, language and tags are texts, authors are persons")
    changed = replace(
        entry,
        title=one_line(answer.title),
        summary=one_line(answer.summary),
        language=answer.language,
        tags=tuple(map(one_line, answer.tags)),
        authors=tuple(answer.authors),
        changed_by=(*entry.changed_by, name),
        content_hash=digest(entry.content_hash, answer.title, answer.html, answer.summary),
    )
    if answer.html == entry.html:
        return changed
    prefix = id_prefix(anchor(key, entry.uid))
    clean = sanitise(answer.html, base=entry.link, prefix=prefix, page=entry.link)
    return replace(changed, html=clean.html, text=clean.text, links=clean.links, code=clean.code)


def classify(filters: EntryFilters, classifier: Classifier, entry: Entry, *, key: str, feed: str) -> Classification:
    """Where an entry that is stored belongs, by feeds.yaml and by the programs as they are now."""
    classification = classifier.classify(entry, key)
    return without_sources(classification, filters.apply(entry, key=key, feed=feed).hidden)


def without_sources(classification: Classification, hidden: str) -> Classification:
    """The classification of an entry that a program leaves out, where `hidden` says so; a rule of feeds.yaml that hides it is named first."""
    return replace(classification, sources=(), hidden=classification.hidden or hidden) if hidden else classification


def installed() -> bool:
    """Whether any package on sys.path has an entry point in the group."""
    for folder in dict.fromkeys(sys.path):
        try:
            packages = [
                item.path for item in os.scandir(folder or ".") if item.name.endswith((".dist-info", ".egg-info"))
            ]
        except OSError:
            continue
        for package in packages:
            try:
                with open(f"{package}/entry_points.txt", "rb") as file:  # noqa: PTH123 - a tenth of the time, at every start
                    if _SECTION.search(file.read()):
                        return True
            except OSError:
                continue
    return False


def rev() -> str:
    """Changes with the programs that are installed and their versions, "" where there are none."""
    if not installed():
        return ""
    from importlib.metadata import entry_points  # see the head of this module

    points = sorted(
        (point.name, point.value, point.dist.version if point.dist else "") for point in entry_points(group=GROUP)
    )
    return digest(*(part for point in points for part in point))


@functools.cache
def load() -> EntryFilters:
    """The programs that are installed. Raises UsageError when one cannot be imported, or is named like another."""
    if not installed():
        return EntryFilters()
    from importlib.metadata import entry_points  # see the head of this module

    import pluggy

    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(_specification(pluggy.HookspecMarker(GROUP)))
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        package = point.dist.name if point.dist else point.value
        try:
            manager.register(point.load(), name=point.name)
            manager.check_pending()
        except Exception as error:  # a program of somebody else: whatever it raises
            raise UsageError(
                Message.of(
                    "the filter {name} of the package {package} cannot be loaded ({reason}): mend or uninstall it",
                    name=point.name, package=package, reason=one_line(f"{type(error).__name__}: {error}", 200),
                )
            ) from error  # fmt: skip
    hooks = {implementation.plugin_name: implementation for implementation in manager.hook.filter_entry.get_hookimpls()}
    return EntryFilters(tuple((name, _by_name(hooks[name])) for name in sorted(hooks)))


def _by_name(implementation: pluggy.HookImpl) -> Hook:
    """A function that is called with the arguments that it names, as pluggy does."""

    def hook(*, entry: Entry, feed: str) -> object:
        values: dict[str, Any] = {"entry": entry, "feed": feed}
        return implementation.function(**{name: values[name] for name in implementation.argnames})

    return hook


def _specification(mark: pluggy.HookspecMarker) -> type:

    class Specification:
        """What a program may implement."""

        @mark
        def filter_entry(self, entry: Entry, feed: str) -> Entry | None:
            """Give an entry as it is, changed with `dataclasses.replace`, or None to leave it out. Must be deterministic."""

    return Specification
