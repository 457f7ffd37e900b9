"""Letters to the owners of feeds: once, by mail, to an address that the site never shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from planet.model import Config, Contact, FeedHealth, Message, NotifyRule, Source
from planet.notify import Notification, Outside, Refusal
from planet.notify.letters import due_letters, fails_long, read_correspondence, send_letters
from tests.support.editions import NOW, SOURCES, config, health
from tests.support.receivers import mailbox
from tests.support.world import World, item, rss

MAIL = NotifyRule(url="mailto://${HOST}?from=planet@example.org&to=liste@example.org&mode=insecure", line=4)
ADA = replace(SOURCES[0], name="Ada", contact=Contact(address="ada@example.org", private=True))
DAY = timedelta(days=1)


def failing(of: Source = ADA, since: datetime = NOW, until: datetime = NOW) -> FeedHealth:
    return health(
        of,
        state="failing",
        error=Message.of("the server answers {status}", status=404),
        advice=Message.of("look for the new address of the feed, and put it into line {line} of feeds.yaml", line=12),
        failures=9,
        first_failure=since,
        last_attempt=until,
        last_success=since - DAY,
    )


def well(now: datetime, of: Source = ADA) -> FeedHealth:
    return health(of, last_attempt=now, last_success=now)


@dataclass
class Post:
    """A planet's letters with a memory, and a post office that keeps them."""

    sources: tuple[Source, ...] = (ADA,)
    state: dict[str, str] = field(default_factory=dict)
    sent: list[Notification] = field(default_factory=list)
    refusal: Refusal | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: {"HOST": "h"})
    site: dict[str, object] = field(default_factory=lambda: {"letters": True, "language": "en"})

    def config(self) -> Config:
        return config(sources=self.sources, notify=(MAIL,), **self.site)

    def run(self, now: datetime, *feeds: FeedHealth) -> list[str]:
        def send(_url: str, notification: Notification) -> Refusal | None:
            if self.refusal is None:
                self.sent.append(notification)
            return self.refusal

        outside = Outside(environ=self.environ, save=self.state.__setitem__, send=send)
        return [str(warning) for warning in send_letters(self.config(), feeds, dict(self.state), now, outside)]

    def titles(self) -> list[str]:
        return [letter.title for letter in self.sent]


def test_three_days_of_failure_bring_one_letter_and_recovery_another() -> None:
    post = Post()
    for day in range(8):
        now = NOW + day * DAY
        assert post.run(now, failing(until=now)) == []
    assert post.titles() == ["Planet Exemple cannot read your feed"]
    post.run(NOW + 8 * DAY, well(NOW + 8 * DAY))
    post.run(NOW + 9 * DAY, well(NOW + 9 * DAY))
    assert post.titles()[1:] == ["Planet Exemple reads your feed again"]


def test_a_letter_says_what_was_seen_which_line_to_mend_and_how_to_try_it() -> None:
    feed = replace(ADA.feeds[0], line=12)
    post = Post((replace(ADA, feeds=(feed,)),))
    post.run(NOW + 3 * DAY, failing(until=NOW + 3 * DAY))
    (letter,) = post.sent
    assert letter.to == "ada@example.org"
    assert letter.reply_to == "hello@planet.example"
    assert "since November 23, 2026. What was seen: the server answers 404." in letter.text
    assert f"line 12 of feeds.yaml, {feed.label}. Look for the new address" in letter.text
    assert f"curl --location --fail --include {feed.label} must show 200" in letter.text


def test_a_feed_that_comes_and_goes_brings_one_letter_a_month() -> None:
    post = Post()
    now = NOW
    for _ in range(12):
        now += 4 * DAY
        post.run(now, failing(since=now - 4 * DAY, until=now))
        now += DAY
        post.run(now, well(now))
    about_failing = [title for title in post.titles() if "cannot" in title]
    assert len(about_failing) == 2
    assert len(post.titles()) <= 2 * len(about_failing)


def test_all_feeds_of_one_address_stand_in_one_letter() -> None:
    bob = replace(SOURCES[1], contact=ADA.contact)
    post = Post((ADA, bob, SOURCES[2]))
    post.run(NOW + 3 * DAY, failing(until=NOW + 3 * DAY), failing(bob, until=NOW + 3 * DAY))
    (letter,) = post.sent
    assert ADA.feeds[0].label in letter.text
    assert bob.feeds[0].label in letter.text


@pytest.mark.parametrize(
    "source",
    [
        replace(ADA, contact=None),
        replace(ADA, contact=Contact(address="https://ada.example.org/contact")),
        replace(ADA, letters=False),
        replace(ADA, retired=True),
        replace(ADA, contact=Contact(address="${UNSET}", private=True)),
    ],
)
def test_nobody_is_written_to_who_has_no_address_or_wants_no_letters(source: Source) -> None:
    post = Post((source,))
    assert post.run(NOW + 3 * DAY, failing(source, until=NOW + 3 * DAY)) == []
    assert post.sent == []


def test_a_member_may_have_letters_where_the_planet_sends_none() -> None:
    post = Post((replace(ADA, letters=True),), site={"letters": False})
    post.run(NOW + 3 * DAY, failing(until=NOW + 3 * DAY))
    assert len(post.sent) == 1


def test_an_address_in_the_environment_is_read_when_a_letter_is_sent_and_stored_nowhere() -> None:
    source = replace(ADA, contact=Contact(address="${ADA_MAIL}", private=True))
    post = Post((source,), environ={"HOST": "h", "ADA_MAIL": "ada@secret.example"})
    post.run(NOW + 3 * DAY, failing(source, until=NOW + 3 * DAY))
    assert [letter.to for letter in post.sent] == ["ada@secret.example"]
    assert "ada@secret.example" not in str(post.state)


def test_a_letter_that_is_refused_is_tried_again_and_warned_of_once() -> None:
    post = Post(refusal=Refusal(reason="no answer, or a refusal"))
    warnings = [post.run(NOW + 3 * DAY + hour * DAY / 24, failing(until=NOW + 4 * DAY)) for hour in range(9)]
    assert [len(warning) for warning in warnings] == [1, *[0] * 8]
    post.refusal = None
    post.run(NOW + 5 * DAY, failing(until=NOW + 5 * DAY))
    post.run(NOW + 6 * DAY, failing(until=NOW + 6 * DAY))
    assert len(post.sent) == 1


def test_a_run_that_is_killed_while_it_sends_sends_no_letter_twice() -> None:
    post = Post()

    def die(_url: str, notification: Notification) -> Refusal | None:
        post.sent.append(notification)
        raise KeyboardInterrupt

    outside = Outside(environ=post.environ, save=post.state.__setitem__, send=die)
    with pytest.raises(KeyboardInterrupt):
        send_letters(post.config(), [failing(until=NOW + 3 * DAY)], {}, NOW + 3 * DAY, outside)
    post.run(NOW + 4 * DAY, failing(until=NOW + 4 * DAY))
    assert len(post.sent) == 1


def test_a_clock_that_jumps_sends_no_letter_twice() -> None:
    post = Post()
    for days in (3, 40, 3, -300, 5):
        now = NOW + days * DAY
        post.run(now, failing(until=NOW + 9 * DAY))
    assert len(post.sent) == 1


def test_a_feed_that_is_gone_counts_its_days_although_nobody_asks_it() -> None:
    gone = replace(failing(), state="gone", last_attempt=NOW)
    assert not fails_long(gone, NOW + 2 * DAY)
    assert fails_long(gone, NOW + 3 * DAY)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 1}', "null"])
def test_a_memory_that_cannot_be_read_is_none(text: str) -> None:
    assert read_correspondence(text).failing == ()


def test_what_is_due_is_decided_without_sending() -> None:
    post = Post()
    letters = list(due_letters(post.config(), [failing(until=NOW + 3 * DAY)], {}, NOW + 3 * DAY))
    assert [(letter.kind, letter.contact) for letter in letters] == [("failing", "ada@example.org")]


def test_a_planet_run_by_cron_writes_once_and_its_site_never_names_the_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.language = "en"
    with mailbox() as (port, got):
        monkeypatch.setenv(
            "MAIL", f"mailto://127.0.0.1:{port}?from=planet@example.org&to=liste@example.org&mode=insecure"
        )
        monkeypatch.setenv("BOB_MAIL", "bob@secret.example")
        world.serve("/a.xml", rss(item("Un", "https://a.example/1")))
        world.configure(
            [
                {"name": "Ada", "contact": {"private": "ada@secret.example"}, "feeds": [world.url("/a.xml")]},
                {"name": "Bob", "contact": "${BOB_MAIL}", "feeds": [world.url("/b.xml")]},
            ],
            notify=[{"url": "${MAIL}", "every": "week"}],
            planet={"letters": True},
        )
        printed = ""
        for day in range(20, 26):
            result = world.planet("run", "--now", f"2026-11-{day}T09:00:00Z")
            printed += result.out + result.err
            if day == 23:
                dry = world.planet("status", "--letters")
        printed += world.planet("status").out + world.planet("check").out
    (letter,) = got
    assert letter["X-Envelope-To"] == "bob@secret.example"
    assert letter["Subject"] == "Planète d'essai cannot read your feed"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Id"] is None
    assert letter["List-Unsubscribe"] is None
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert "404" in plain.get_content()
    assert world.url("/b.xml") in plain.get_content()
    assert "no letter is due" in dry.out
    written = "".join(path.read_text("utf-8", "replace") for path in world.output.rglob("*") if path.is_file())
    assert "secret.example" not in written + printed
