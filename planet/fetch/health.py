"""Feed state, advice for its owner, and notices (each sent once). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from planet.fetch.redirects import is_adopted
from planet.model import Deferred, Failed, Fresh, Message, News, Unchanged
from planet.urls import host, redacted

if TYPE_CHECKING:
    from planet.model import Fetched, FetchState
    from planet.model.fetch import ErrorClass, State

_FAILURES = 3
_FOR = timedelta(days=1)


def state(feed_state: FetchState) -> State:
    """The state of a feed, as `planet status` names it.

    It follows from what was stored, not from the hour: a feed that was put off stays `deferred` until it is asked again.
    """
    if feed_state.stopped or feed_state.gone_count:
        return "gone"
    patient = feed_state.failures == 0 or (feed_state.failures < _FAILURES and feed_state.error_class == "rate-limited")
    if feed_state.hold_until is not None and patient:
        return "deferred"
    if feed_state.failures:
        return "failing"
    if feed_state.last_success is None:
        return "new"
    return "moved" if is_adopted(feed_state) else "ok"


def is_for_good(feed_state: FetchState, now: datetime) -> bool:
    """Whether a feed has failed often enough for a notice: at least three times, over at least a day."""
    first = feed_state.first_failure
    return feed_state.failures >= _FAILURES and first is not None and (feed_state.last_attempt or now) - first >= _FOR


def advice(feed_state: FetchState, line: int) -> Message | None:
    """A sentence that says what to do about a feed; None when nothing is to be done. `line`: where feeds.yaml names it."""
    if feed_state.stopped:
        return Message.of(
            "gone: remove it, line {line} of feeds.yaml, or ask its author for the new address", line=line
        )
    if is_adopted(feed_state) and not feed_state.failures:
        return Message.of(
            "moved to {url}: edit line {line} of feeds.yaml", url=redacted(feed_state.effective_url), line=line
        )
    if feed_state.failures == 0 and feed_state.moved_to:
        return Message.of(
            "may have moved to {url}: it is taken for moved if it still says so in a day",
            url=redacted(feed_state.moved_to),
        )
    if feed_state.discovered and not feed_state.failures and feed_state.last_success:
        return Message.of(
            "line {line} of feeds.yaml names a page; its feed is {url}: put that there",
            line=line,
            url=redacted(feed_state.discovered),
        )
    if feed_state.new_url and feed_state.error_class in {None, "not-a-feed"}:
        return Message.of(
            "it names a new address, {url}: try that in line {line} of feeds.yaml",
            url=redacted(feed_state.new_url),
            line=line,
        )
    if feed_state.failures == 0 or feed_state.error_class is None:
        return None
    return _remedy(feed_state.error_class, line)


def _remedy(error_class: ErrorClass, line: int) -> Message:
    """A sentence that says what a member or an organiser can do about a failure."""
    match error_class:
        case "dns":
            return Message.of(
                "check the host name in line {line} of feeds.yaml; the domain may have expired", line=line
            )
        case "connect" | "timeout":
            return Message.of("the site seems to be down or very slow: ask its author if it lasts")
        case "tls":
            return Message.of("the certificate of the site is not in order: its author has to renew or repair it")
        case "too-large":
            return Message.of("the feed should hold fewer entries, or raise fetch.max_bytes in feeds.yaml")
        case "truncated":
            return Message.of("the site breaks off its answers: ask its author if it lasts")
        case "redirect-loop":
            return Message.of(
                "the site redirects in circles: check the address in line {line} of feeds.yaml", line=line
            )
        case "blocked-address":
            return Message.of("if this server is yours, name its host:port in fetch.allow_private of feeds.yaml")
        case "unsupported":
            return Message.of(
                "check the address in line {line} of feeds.yaml: only http and https are asked", line=line
            )
        case "not-a-feed":
            return Message.of(
                "check the address in line {line} of feeds.yaml: `planet add` finds the feeds of a page", line=line
            )
        case "auth":
            return Message.of("put user name and password into the address in line {line} of feeds.yaml", line=line)
        case "forbidden":
            return Message.of("the site turns our program away: ask its author to let it read the feed")
        case "not-found":
            return Message.of(
                "look for the new address of the feed, and put it into line {line} of feeds.yaml", line=line
            )
        case "gone":
            return Message.of(
                "the site says that the feed is gone: remove line {line} of feeds.yaml if it stays so", line=line
            )
        case "rate-limited":
            return Message.of("nothing to do: the site is asked less often now; a longer interval may help")
        case "server":
            return Message.of("the site has a fault of its own: ask its author if it lasts")
        case "protocol":
            return Message.of("the site answers in a way that cannot be read: ask its author if it lasts")
        case _:
            assert_never(error_class)


def news(feed_state: FetchState, *, feed: str, source: str, line: int, now: datetime) -> tuple[News | None, str]:
    """The notice that a person must get about a feed now, and the new value of `announced`, which keeps it from being sent again.

    `feed` and `source` are as configured; `line` is where feeds.yaml names the feed. Failing is news after three failures over a
    day; recovered only where failing or gone was; a move once for each address; gone when it is not asked any more.
    """
    feed = redacted(feed)
    announced = feed_state.announced
    if feed_state.stopped:
        if announced == "gone":
            return None, announced
        text = Message.of(
            "{source}: {feed} is permanently gone (line {line} of feeds.yaml)", source=source, feed=feed, line=line
        )
        return News(kind="gone", feed=feed, source=source, text=text), "gone"
    if feed_state.failures:
        if announced in {"failing", "gone"} or not is_for_good(feed_state, now):
            return None, announced
        text = Message.of(
            "{source}: {feed} has failed since {since}: {error} (line {line} of feeds.yaml)",
            source=source,
            feed=feed,
            since=feed_state.first_failure.date().isoformat() if feed_state.first_failure else "",
            error=feed_state.error or "",
            line=line,
        )
        return News(kind="failing", feed=feed, source=source, text=text), "failing"
    if announced in {"failing", "gone"} and feed_state.last_success is not None:
        text = Message.of("{source}: {feed} works again", source=source, feed=feed)
        return News(kind="recovered", feed=feed, source=source, text=text), ""
    if is_adopted(feed_state):
        mark = f"moved {redacted(feed_state.effective_url)}"
        if announced == mark:
            return None, announced
        text = Message.of(
            "{source}: {feed} moved to {url}: edit line {line} of feeds.yaml",
            source=source,
            feed=feed,
            url=redacted(feed_state.effective_url),
            line=line,
        )
        return News(kind="moved", feed=feed, source=source, text=text), mark
    return None, announced


def network_down(outcomes: Sequence[Fetched]) -> bool:
    """Whether it was our own network that failed in a run, and none of the feeds.

    So it is when two hosts or more could not be reached at all (no name, no way, no connection in time), and not one of the others
    gave a sign of life: an answer, a refusal, even a bad certificate. A single host that cannot be reached is taken for down itself,
    or a planet of one feed would never hear of it. Local files, deferred feeds and refused addresses say nothing.
    """
    unreached: set[str] = set()
    for outcome in outcomes:
        match outcome:
            case Deferred():
                continue
            case Fresh() | Unchanged():
                if not outcome.due.local:
                    return False
            case Failed():
                if outcome.due.local or outcome.error.kind in {"blocked-address", "unsupported"}:
                    continue
                if outcome.error.reached:
                    return False
                unreached.add(host(outcome.url))
    return len(unreached) >= 2
