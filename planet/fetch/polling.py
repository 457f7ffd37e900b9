"""The next state of a feed after an answer, and when it is due. Pure: every rule is decided from values.

The rules, in the order in which they speak (`docs/fetching.md` says them for people):

- `interval` is the least time between two requests. A healthy feed is asked again exactly one interval later; longer only when it
  was seen unchanged again and again, or when its server or document asks for it.
- An interval of zero is for your own server: nothing is added to it, neither by quiet feeds nor by failures nor by the
  document; only what the server asks for in header fields (Retry-After, max-age, Expires) and 410 count.
- Jitter only stretches delays that are longer than the interval already, so that it never pushes a feed past its slot of a cron
  job that runs once an interval.
- Retry-After is obeyed up to seven days, max-age and Expires up to two (up to seven while the feed is as quiet as that).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from planet.fetch.delays import DAY, NOTHING, Plan, allowed, doubled, median_gap, server_hint, unchanged_delay
from planet.fetch.headers import LONGEST, freshness, retry_after
from planet.fetch.redirects import discovery, is_elsewhere, kept_address, moved, sets_out_from
from planet.model import Deferred, Failed, FetchState, FetchUpdate, Fresh, Message, Unchanged
from planet.text import digest
from planet.urls import host, rate_limit_scope

if TYPE_CHECKING:
    from planet.model import Due, Fetched, ReadFacts
    from planet.model.fetch import ErrorClass

ORIGIN_BACKOFF = timedelta(hours=1)
"""Back-off of an origin after a 429 without Retry-After."""
LONGEST_FOR_OTHERS = timedelta(hours=6)
"""The longest that a 429 to one feed keeps the others of its origin waiting: its server may answer in the name of one user."""
_VALIDATOR_LIMIT = 1024


def configured_mark(url: str) -> str:
    """Eight characters that name a URL of feeds.yaml, too few to tell its password."""
    return digest(url.strip())[:8]


def reader_version(parser_version: str, due: Due, now: datetime) -> str:
    """The version of the parser that a document was read by. A calendar is read anew each month, changed or not: its recurring events have no end, and only
    those of a window around `now` are kept.
    """
    return f"{parser_version} {now:%Y-%m}" if parser_version and due.accept_calendar else parser_version


def is_due(state: FetchState, now: datetime, interval: timedelta, configured: str) -> bool:
    """Whether a feed's time has come.

    `configured` is its URL in feeds.yaml: an edited one (a new password) is due at once. A clock that was wrong does not
    keep a feed waiting: a time further away than any rule gives is none.
    """
    if state.configured and state.configured != configured_mark(configured):
        return True
    if is_file(configured):
        return True
    if state.stopped:
        return False
    if state.last_attempt is not None and NOTHING <= now - state.last_attempt < interval:
        return False
    waits = state.next_due if interval else _server_wait(state)
    # Twice: the longest delay may be stretched, and may end on days that the document excludes.
    return waits is None or now >= waits or waits - now > 2 * max(LONGEST, interval)


def is_file(configured: str) -> bool:
    """Whether a feed is a file: it is read at every run, without waiting."""
    return "://" not in configured


def _server_wait(state: FetchState) -> datetime | None:
    """Server-imposed wait; the only delay when interval is 0."""
    gone = state.next_due if state.gone_count else None
    return max((until for until in (state.hold_until, state.server_hint_until, gone) if until), default=None)


def fetch_update(
    fetched: Fetched,
    facts: ReadFacts | None,
    *,
    now: datetime,
    interval: timedelta,
    jitter: float,
    parser_version: str = "",
) -> FetchUpdate:
    """The next state of a feed after an answer.

    `facts` is what reading a `Fresh` body showed, None for the others. `interval` is the feed's own or the planet's; `jitter` is
    drawn from [0, 1). The state is whole: it is stored in the transaction of the entries (invariant A).
    """
    before = fetched.due.state
    if fetched.due.local:
        interval = NOTHING
    mark = configured_mark(fetched.due.url)
    if before.configured and before.configured != mark:
        # What was learnt under another URL is not this one's.
        before = FetchState(announced=before.announced)
    before = replace(before, configured=mark)
    plan = Plan(now=now, interval=interval, jitter=jitter)
    match fetched:
        case Deferred():
            return _deferred(fetched, before, now)
        case Failed():
            return _failed(fetched, before, plan)
        case Unchanged():
            return _unchanged(fetched, before, plan)
        case Fresh():
            assert facts is not None, "a fresh document was read"
            return _fresh(fetched, facts, before, plan, reader_version(parser_version, fetched.due, now))
        case _:
            assert_never(fetched)


def _deferred(fetched: Deferred, before: FetchState, now: datetime) -> FetchUpdate:
    """The update of a feed that was not requested: only the time of the next request changes."""
    if fetched.until is None:
        return FetchUpdate(state=replace(before, next_due=before.next_due or now))
    due = max(fetched.until, before.next_due) if before.next_due else fetched.until
    scope = rate_limit_scope(fetched.url) if fetched.origin_backoff else ""
    backoffs = ((scope, fetched.until),) if scope else ()
    return FetchUpdate(state=replace(before, hold_until=fetched.until, next_due=due), backoffs=backoffs)


def _failing(
    fetched: Failed | Fresh, before: FetchState, plan: Plan, error_class: ErrorClass, error: Message
) -> FetchState:
    """The state with one more failure and its back-off; the facts from earlier answers stay."""
    failures = before.failures + 1
    return replace(
        _probed(before, fetched.due, plan.now),
        last_attempt=plan.now,
        failures=failures,
        first_failure=before.first_failure or plan.now,
        http_status=fetched.http_status,
        error_class=error_class,
        error=error,
        hold_until=None,
        server_hint_until=None,
        gone_count=0,
        stopped=False,
        next_due=plan.after(plan.back_off(failures)),
    )


def _failed(fetched: Failed, before: FetchState, plan: Plan) -> FetchUpdate:
    state = _failing(fetched, before, plan, fetched.error.kind, fetched.error.message)
    failures = state.failures
    headers = dict(fetched.headers) if fetched.http_status is not None else {}
    asked = retry_after(headers, plan.now)
    if fetched.error.kind == "gone":
        return FetchUpdate(state=_gone(state, before, plan))
    delay = plan.back_off(failures)
    backoffs: tuple[tuple[str, datetime], ...] = ()
    match fetched.error.kind:
        case "auth" | "forbidden" if plan.interval:
            delay = max(delay, DAY)
        case "not-found" if plan.interval and plan.now - (state.first_failure or plan.now) >= timedelta(days=30):
            delay = LONGEST
        case "rate-limited":
            asked = _rate_limit(headers, asked, failures, plan)
            scope = rate_limit_scope(fetched.url)
            # Where a redirect of another host led, the others there are not held back by it.
            if asked is not None and scope and host(fetched.url) == host(sets_out_from(fetched)):
                backoffs = ((scope, plan.now + min(asked, LONGEST_FOR_OTHERS)),)
        case _:
            pass
    due = plan.after(delay)
    if asked is not None:
        due = max(due, plan.now + asked)
        state = replace(state, hold_until=plan.now + asked)
    return FetchUpdate(state=replace(state, next_due=due), backoffs=backoffs)


def _rate_limit(headers: Mapping[str, str], asked: timedelta | None, failures: int, plan: Plan) -> timedelta | None:
    """The back-off of an origin after a 429: the longest wait that its header fields ask for."""
    fresh = freshness(headers, plan.now)
    if asked is not None or fresh:
        return max(asked or NOTHING, fresh or NOTHING)
    if not plan.interval:
        return None
    return min(max(ORIGIN_BACKOFF, doubled(plan.interval, failures)), max(DAY, plan.interval))


def _gone(state: FetchState, before: FetchState, plan: Plan) -> FetchState:
    """The state after a 410: requested again after a day, then after a week, then no more. Forced requests in between do not count."""
    counted = before.gone_count == 0 or before.next_due is None or plan.now >= before.next_due
    count = before.gone_count + 1 if counted else before.gone_count
    wait = DAY if count == 1 else LONGEST
    due = plan.after(wait) if counted else before.next_due
    return replace(state, gone_count=count, stopped=count >= 3, next_due=due)


def _answered(fetched: Fresh | Unchanged, before: FetchState, plan: Plan) -> FetchState:
    """The state with the changes of every answer: validators, time, redirects; the count of failures is reset."""
    headers = dict(fetched.headers)
    if fetched.http_status == 304:
        # A 304 that brings validators replaces those, and only those, that it brings.
        etag = _validator(headers, "etag") or before.etag
        modified = _validator(headers, "last-modified") or before.last_modified
    else:
        etag, modified = _validator(headers, "etag"), _validator(headers, "last-modified")
    return moved(
        fetched,
        replace(
            _probed(before, fetched.due, plan.now),
            etag=etag,
            last_modified=modified,
            validators_url=kept_address(fetched.due, fetched.url),
            last_attempt=plan.now,
            http_status=fetched.http_status,
            hold_until=None,
            gone_count=0,
            stopped=False,
        ),
    )


def _healthy(state: FetchState, now: datetime) -> FetchState:
    return replace(state, last_success=now, failures=0, first_failure=None, error_class=None, error=None, parse_ok=True)


def _validator(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    return value if len(value) <= _VALIDATOR_LIMIT and not any(c in "\r\n\0" for c in value) else ""


def _probed(state: FetchState, due: Due, now: datetime) -> FetchState:
    """The state with the time of this run's request to the former address."""
    return replace(state, last_probe=now) if probe_is_due(due.state, now) else state


def probe_is_due(state: FetchState, now: datetime) -> bool:
    """Whether the former address is requested again: once in 30 days."""
    left = state.last_probe or state.moved_first_seen
    moved_on = bool(state.effective_url) and state.effective_url != state.discovered
    return moved_on and left is not None and now - left >= timedelta(days=30)


def _unchanged(fetched: Unchanged, before: FetchState, plan: Plan) -> FetchUpdate:
    state = _answered(fetched, before, plan)
    if not before.parse_ok:
        # The same unreadable document as before: still an error, although it was answered well.
        failures = before.failures + 1
        state = replace(state, failures=failures, first_failure=before.first_failure or plan.now, parse_ok=False)
        return FetchUpdate(state=replace(state, next_due=plan.after(plan.back_off(failures))))
    state = replace(_healthy(state, plan.now), unchanged_count=before.unchanged_count + 1)
    state = moved(fetched, state, shares=True)
    return FetchUpdate(state=_next(state, fetched, plan, pace=unchanged_delay(state, fetched, plan)))


def _fresh(fetched: Fresh, facts: ReadFacts, before: FetchState, plan: Plan, parser_version: str) -> FetchUpdate:
    if not facts.ok:
        return _unreadable(fetched, facts, before, plan, parser_version)
    if is_elsewhere(fetched, facts, before):
        return _elsewhere(fetched, before, plan)
    warnings = facts.warnings
    if facts.entries == 0 and facts.had_entries and not fetched.due.accept_calendar:
        warnings = (*warnings, Message.of("the feed is empty, and was not before; what it held stays"))
    if any(hop.url.startswith("https:") and hop.to.startswith("http:") for hop in fetched.chain):
        warnings = (*warnings, Message.of("it is redirected from https to http"))
    state = _healthy(_answered(fetched, before, plan), plan.now)
    state = replace(
        state,
        body_sha256=fetched.sha256,
        new_url=facts.new_url,
        parser_version=parser_version,
        last_change=plan.now if facts.new_entries or before.last_change is None else before.last_change,
        unchanged_count=0,
        reader=facts.reader,
        reader_reason=facts.reader_reason,
        warnings=warnings,
        median_gap=median_gap(facts.dates),
        delay_hint=facts.delay_hint,
        skip_hours=facts.skip_hours,
        skip_days=facts.skip_days,
        expired=facts.expired,
    )
    state = moved(fetched, state, shares=facts.shares)
    return FetchUpdate(state=_next(state, fetched, plan, pace=NOTHING))


def _unreadable(fetched: Fresh, facts: ReadFacts, before: FetchState, plan: Plan, parser_version: str) -> FetchUpdate:
    discovered = discovery(fetched, facts, before)
    if discovered:
        # A page that names its one feed: that is what is asked from now on, at once.
        return FetchUpdate(
            state=replace(
                before, discovered=discovered, effective_url=discovered, last_attempt=plan.now, next_due=plan.now
            )
        )
    error = facts.error or Message.of("the document is no feed")
    state = _failing(fetched, before, plan, facts.error_class or "not-a-feed", error)
    state = replace(state, warnings=facts.warnings, new_url=facts.new_url)
    if facts.error_class == "not-a-feed" and not fetched.chain:
        # Read whole, and no feed: it need not be sent again until it changes. What was cut off must be.
        headers = dict(fetched.headers)
        state = replace(
            state,
            etag=_validator(headers, "etag"),
            last_modified=_validator(headers, "last-modified"),
            validators_url=kept_address(fetched.due, fetched.url),
            body_sha256=fetched.sha256,
            parser_version=parser_version,
            parse_ok=False,
        )
    return FetchUpdate(state=state)


def _elsewhere(fetched: Fresh, before: FetchState, plan: Plan) -> FetchUpdate:
    """The update of a feed whose address leads to an unrelated feed, whose entries are not taken."""
    error = Message.of(
        "its address leads to another feed now, {url}; put that into feeds.yaml if it is meant", url=fetched.url
    )
    return FetchUpdate(state=_failing(fetched, before, plan, "not-a-feed", error), adopt=False)


def _next(state: FetchState, fetched: Fresh | Unchanged, plan: Plan, *, pace: timedelta) -> FetchState:
    """The next poll of a healthy feed: the longest of its usual interval, what the server and what the document ask for."""
    asked = server_hint(state, fetched, plan.now)
    state = replace(state, server_hint_until=plan.now + asked if asked else None)
    if not plan.interval:
        return replace(state, next_due=plan.now + asked)
    document = min(timedelta(seconds=state.delay_hint or 0), DAY)
    if state.expired:
        document = LONGEST
    due = max(plan.after(max(pace, document)), plan.now + asked)
    return replace(state, next_due=allowed(due, state.skip_hours, state.skip_days))


def follow_discovery(before: Due, update: FetchUpdate) -> Due | None:
    """The feed again, to be requested once more in this run, if the configured page named its feed; else None."""
    discovered = update.state.discovered
    if not discovered or discovered == before.state.discovered:
        return None
    return replace(before, state=update.state)
