"""Redirects and feed discovery: when another URL replaces the configured one. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from planet.text import digest
from planet.urls import host, http_url, only_upgraded, same_site, same_url

if TYPE_CHECKING:
    from planet.model import Due, Fetched, FetchState, Fresh, Hop, ReadFacts, Unchanged

PERMANENT = frozenset({301, 308})
CONFIRMED = timedelta(days=1)
"""Time between two observations of a redirect after which it counts as a move."""


def sets_out_from(fetched: Fetched) -> str:
    """The URL of the first request."""
    return fetched.chain[0].url if fetched.chain else fetched.url


def permanent_target(chain: tuple[Hop, ...]) -> str:
    """The target of a chain of permanent redirects, "" when any hop is temporary or leaves https."""
    if not chain or any(hop.status not in PERMANENT for hop in chain):
        return ""
    if any(hop.url.startswith("https:") and hop.to.startswith("http:") for hop in chain):
        return ""
    return chain[-1].to


def moved(fetched: Fresh | Unchanged, state: FetchState, *, shares: bool | None = None) -> FetchState:
    """The state with the changes of the feed's address by this answer.

    Called first with `shares` None (the document is not compared yet), which settles where it was asked; then with whether the
    document has entries in common with ours, which may adopt the move: at the second sighting, a day after the first.
    """
    now = state.last_attempt
    assert now is not None
    if shares is None:
        asked = sets_out_from(fetched)
        adopted = state.effective_url
        if adopted and not same_url(asked, adopted) and not same_url(fetched.url, adopted):
            # The old address answers again, and does not lead to the adopted one: what was adopted is dropped.
            return replace(state, effective_url="", moved_to="", moved_first_seen=None)
        return state
    to = permanent_target(fetched.chain)
    if not to:
        # Adopted moves stay; a redirect seen only once is not a move.
        if state.effective_url and same_url(state.effective_url, fetched.url):
            return state
        return replace(state, moved_to="", moved_first_seen=None)
    if state.effective_url and same_url(state.effective_url, to):
        return state
    if not state.moved_to or not same_url(state.moved_to, to):
        return replace(state, moved_to=to, moved_first_seen=now)
    first = state.moved_first_seen or now
    if now - first >= CONFIRMED and (shares or only_upgraded(fetched.chain[0].url, fetched.chain[-1].to)):
        return replace(state, effective_url=to, last_probe=now)
    return state


def kept_address(due: Due, url: str) -> str:
    """The address of an answer as it is stored: as a digest where the feed's address has a variable, whose value is a secret."""
    return digest(url) if "${" in due.key else url


def is_kept(kept: str, url: str) -> bool:
    """Whether `kept` is what `kept_address` gave for `url`."""
    return bool(kept) and (same_url(kept, url) if "://" in kept else kept == digest(url))


def is_elsewhere(fetched: Fresh, facts: ReadFacts, state: FetchState) -> bool:
    """Whether a redirect now leads to another site's feed that has nothing in common with what is stored."""
    if not fetched.chain or not facts.had_entries or facts.shares or facts.entries == 0:
        return False
    if is_kept(state.validators_url, fetched.url):
        return False
    if any(url and same_url(url, fetched.url) for url in (state.effective_url, state.moved_to)):
        return False
    return host(fetched.url) != host(sets_out_from(fetched))


def is_adopted(state: FetchState) -> bool:
    """Whether the feed is asked at another address than feeds.yaml names because it moved there."""
    return bool(state.effective_url) and bool(state.moved_to) and same_url(state.effective_url, state.moved_to)


def discovery(fetched: Fresh, facts: ReadFacts, state: FetchState) -> str:
    """The feed to poll instead of a page, "" for none: on the very first answer, and where the page names one feed of its own site.

    Feeds of comments do not count.
    """
    if state.last_success is not None or state.discovered or facts.had_entries:
        return ""
    feeds = own_candidates(fetched.url, facts.candidates)
    return feeds[0] if len(feeds) == 1 else ""


def own_candidates(page: str, candidates: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The feeds that a page names of its own site, those of comments left out, Atom first."""
    own_host = host(page)
    feeds: dict[str, bool] = {}
    for url, kind in candidates:
        feed_host = host(url)
        if not http_url(url) or not feed_host or not same_site(feed_host, own_host) or same_url(url, page):
            continue
        if "comment" in urlsplit(url).path.lower() or "comment" in urlsplit(url).query.lower():
            continue
        feeds.setdefault(url, "atom" in kind.lower())
    return tuple(sorted(feeds, key=lambda url: not feeds[url]))
