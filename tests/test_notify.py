"""News to chats and mailboxes: once, silent at first, harmless; over real HTTP and SMTP on loopback."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from planet.i18n import Translator
from planet.model import Edition, FetchError, Message, News, NotifyRule, Person, Story
from planet.notify import Notification, Notifications, Outside, Refusal, Service, deliver, feeds_of, notify_hub
from planet.notify.channel import Channel, Item, read_channel
from planet.notify.collect import Clock, collect
from planet.notify.mail import page
from planet.notify.mail import text as mail_text
from planet.notify.message import Composer
from planet.notify.send import expanded, missing, service_of
from planet.notify.websub import WAITING, Hub, read_hub
from planet.notify.wording import cut, escaped, safe_link, without_mentions
from tests.support import editions
from tests.support.editions import NOW
from tests.support.effort import examples
from tests.support.notify_proof import rounds
from tests.support.receivers import mailbox, webhook
from tests.support.safe import safe
from tests.support.world import World, item, rss

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine in the morning in Paris."""
CHAT = Service(name="chat", form="machine")
MAIL = Service(name="mail", form="mail")
PARIS = ZoneInfo("Europe/Paris")
TOOT = Service(name="toot", title=0, body=500, each=True)


@dataclass
class Told:
    """Rules with a memory, and a post office that keeps the messages. Each run is an hour after the one before."""

    rules: tuple[NotifyRule, ...]
    state: dict[str, str] = field(default_factory=dict)
    notifications: list[tuple[str, Notification]] = field(default_factory=list)
    refusal: Callable[[str, Notification], Refusal | None] | Refusal | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    language: str = "fr"
    service: Service = CHAT
    runs: int = 0

    def run(
        self, stories: Sequence[Story], now: datetime | None = None, news: Sequence[News] = (), **fields: object
    ) -> list[str]:
        self.runs += 1
        moment = now or NOW + timedelta(hours=self.runs)
        of = editions.config(notify=self.rules, language=self.language)
        edition = editions.edition(stories, of=of, now=moment, **fields)

        def send(url: str, notification: Notification) -> Refusal | None:
            refusal = self.refusal(url, notification) if callable(self.refusal) else self.refusal
            if refusal is None:
                self.notifications.append((url, notification))
            return refusal

        outside = Outside(
            environ=self.environ, save=self.state.__setitem__, send=send, service=lambda _url: self.service
        )
        warnings = Notifications(of, dict(self.state), moment, outside).run(lambda: edition, changed=True, news=news)
        return [str(warning) for warning in warnings]

    def texts(self) -> list[str]:
        return [notification.body for _url, notification in self.notifications]


def everybodys(*rows: int) -> list[Story]:
    """Stories of all sources in turn, so that none has more than its share."""
    return [editions.story(row, by=editions.SOURCES[row % 4], at=NOW - timedelta(days=100 - row)) for row in rows]


def rule(url: str = "json://x", **fields: object) -> NotifyRule:
    return NotifyRule(**{"url": url, "line": 12, **fields})


def stories(*rows: int, **fields: object) -> list[Story]:
    return [editions.story(row, at=NOW - timedelta(days=100 - row), **fields) for row in rows]


# -- Once, and silent at first ----------------------------------------------------------------------------------------


def test_the_first_run_is_silent_and_each_story_is_told_once() -> None:
    told = Told((rule(),))
    assert told.run(stories(1, 2)) == []
    assert told.notifications == []
    told.run(stories(1, 2))
    assert told.notifications == []
    told.run(stories(1, 2, 3))
    told.run(stories(1, 2, 3))
    (text,) = told.texts()
    assert "Billet 3" in text
    assert "Billet 2" not in text


def test_a_planet_without_stories_has_no_news_to_start_from() -> None:
    """Its first stories may be ten years of posts: a first run whose feeds all failed must not make them news."""
    told = Told((rule(),))
    told.run([])
    told.run(stories(*range(1, 50)))
    assert told.notifications == []
    told.run(stories(*range(1, 51)))
    assert "Billet 50" in told.texts()[0]


def test_a_rule_that_is_added_later_starts_silent_too() -> None:
    told = Told((rule(),))
    told.run(stories(1))
    told.rules = (rule(), rule("json://other"))
    told.run(stories(1, 2))
    assert [url for url, _letter in told.notifications] == ["json://x"]


def test_a_story_that_goes_and_comes_back_or_moves_is_no_news() -> None:
    told = Told((rule(),))
    told.run(stories(1, 2, 3))
    told.run(stories(1, 3))
    told.run([*stories(1, 3), editions.story(2, at=NOW, title="Retouché")])
    assert told.notifications == []


def test_what_the_flood_guard_keeps_out_of_the_feeds_is_no_news() -> None:
    edition = editions.edition(stories(1, 2, 3), of=editions.config(notify=(rule(),)))
    held_back = replace(edition, index=tuple(replace(row, in_feeds=row.story_id != 2) for row in edition.index))
    channel = collect(rule(), Channel(story_id=1, at=NOW), held_back, Clock(now=NOW, zone=ZoneInfo("UTC")), ())
    assert [item.story for item in channel.queue] == [3]


def test_a_rule_that_comes_back_gets_what_happened_meanwhile_as_one_digest() -> None:
    told = Told((rule(), rule("json://other")))
    told.run(stories(1))
    told.rules = (rule("json://other"),)
    for newest in range(2, 100):
        told.run(everybodys(*range(1, newest + 1)))
    told.rules = (rule(), rule("json://other"))
    told.notifications.clear()
    told.run(everybodys(*range(1, 101)))
    back = [
        text
        for url, text in zip([url for url, _ in told.notifications], told.texts(), strict=True)
        if url == "json://x"
    ]
    assert len(re.findall(r"• (?:Billet|et \d+ de plus)", "".join(back))) == editions.config().site.feed_entries
    told.notifications.clear()
    told.run(stories(*range(1, 102)))
    assert sorted(url for url, _ in told.notifications) == ["json://other", "json://x"]


def test_a_rule_hears_of_its_technologies_only() -> None:
    told = Told((rule(technologies=("php", "js")),))
    told.run(stories(1))
    told.run([*stories(1), *stories(2, technologies=("php",)), *stories(3, technologies=("python",)), *stories(4)])
    (text,) = told.texts()
    assert "Billet 2" in text
    assert "Billet 3" not in text
    assert "Billet 4" not in text


def test_a_refused_message_is_tried_again_and_complained_of_once() -> None:
    told = Told((rule(),))
    told.run(stories(1))
    told.refusal = Refusal(reason="HTTP 500")
    (warning,) = told.run(stories(1, 2))
    assert warning == "feeds.yaml line 12: this notification was not delivered (HTTP 500); the next run tries again"
    assert told.run(stories(1, 2, 3)) == []
    told.refusal = None
    assert told.run(stories(1, 2, 3), NOW + timedelta(days=2)) == []
    assert told.run(stories(1, 2, 3), NOW + timedelta(days=3)) == []
    (text,) = told.texts()
    assert "Billet 2" in text
    assert "Billet 3" in text


def test_a_service_that_says_when_is_asked_again_then_and_not_before() -> None:
    told = Told((rule(),))
    told.run(stories(1), NOW)
    told.refusal = Refusal(reason="HTTP 429", retry_after=timedelta(hours=2))
    told.run(stories(1, 2), NOW + timedelta(hours=1))
    told.refusal = None
    told.run(stories(1, 2), NOW + timedelta(hours=2))
    assert told.notifications == []
    told.run(stories(1, 2), NOW + timedelta(hours=3))
    assert len(told.notifications) == 1


def test_what_a_service_will_not_have_is_split_then_left_out_and_named() -> None:
    told = Told((rule(),))
    told.run(stories(1))
    told.refusal = lambda _url, notification: (
        Refusal(reason="HTTP 422", for_content=True) if "Billet 3" in notification.body else None
    )
    (warning,) = told.run(stories(*range(1, 7)))
    assert warning.startswith("feeds.yaml line 12: the service does not take “https://")
    assert sorted(re.findall(r"Billet \d", "".join(told.texts()))) == [f"Billet {n}" for n in (2, 4, 5, 6)]
    assert told.run(stories(*range(1, 7))) == []


def test_a_queue_is_bounded_and_says_what_it_had_no_room_for() -> None:
    told = Told((rule(),))
    told.run(stories(1))
    told.refusal = Refusal(reason="no")
    for newest in range(2, 400, 40):
        told.run(everybodys(*range(1, newest + 40)), NOW + timedelta(days=newest))
    (text,) = told.state.values()
    channel = read_channel(text)
    assert channel is not None
    assert len(channel.queue) == 2 * editions.config().site.feed_entries
    assert channel.dropped > 200


def test_a_run_that_is_killed_while_it_sends_does_not_send_twice() -> None:
    told = Told((rule(), rule("json://second")))
    told.run(stories(1))
    sent: list[str] = []

    def die(url: str, _notification: Notification) -> Refusal | None:
        sent.append(url)
        raise KeyboardInterrupt

    told.refusal = die
    with pytest.raises(KeyboardInterrupt):
        told.run(stories(1, 2))
    told.refusal = None
    told.run(stories(1, 2))
    assert len(sent) == 1
    assert {url for url, _notification in told.notifications} == {"json://x", "json://second"} - set(sent)


@settings(max_examples=examples(50))
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=6))
def test_whatever_fails_each_story_is_delivered_exactly_once_in_the_end(runs: list[tuple[int, bool]]) -> None:
    told = Told((rule(),))
    row = 1
    told.run(stories(1))
    for number, (new, fails) in enumerate([*runs, (1, False)]):
        row += new
        told.refusal = Refusal(reason="no") if fails else None
        told.run(stories(*range(1, row + 1)), NOW + timedelta(days=2 * number + 1))
    delivered = re.findall(r"• (Billet \d+)", "".join(told.texts()))
    assert sorted(delivered) == sorted(f"Billet {number}" for number in range(2, row + 1))


def test_a_memory_that_cannot_be_read_starts_silent() -> None:
    for text in ("", "{", "[]", '{"row": "x"}', '{"row": 1}', "null"):
        assert read_channel(text) is None


def test_the_memory_of_version_1_0_0_is_understood() -> None:
    channel = read_channel('{"row": 7, "at": "2026-11-23T08:00:00+00:00", "fault": ""}')
    assert channel is not None
    assert (channel.story_id, channel.queue) == (7, ())


# -- Digests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "hours", "due"),
    [
        ("run", 0, True),
        ("day", 6, False),
        ("day", 22, False),
        ("day", 23, True),
        ("day", 24, True),
        ("week", 24, False),
        ("week", 6 * 24, False),
        ("week", 7 * 24 - 1, True),
        ("week", 7 * 24, True),
    ],
)
def test_a_digest_goes_out_in_the_morning_of_its_day_or_week(every: str, hours: int, due: bool) -> None:
    told = Told((rule(every=every),))
    told.run(stories(1), MONDAY)
    told.run(stories(1, 2), MONDAY + timedelta(hours=hours))
    assert bool(told.notifications) is due


def test_a_digest_gathers_what_came_since_the_last_one_and_says_nothing_when_nothing_came() -> None:
    told = Told((rule(every="day"),))
    for day, rows in enumerate(((1,), (1, 2), (1, 2), (1, 2, 3, 4))):
        for hour in (0, 3, 9):
            told.run(stories(*rows), MONDAY + timedelta(days=day, hours=hour))
    assert [sorted(re.findall(r"• (Billet \d+)", text)) for text in told.texts()] == [
        ["Billet 2"],
        ["Billet 3", "Billet 4"],
    ]


def test_a_clock_that_jumps_back_sends_nothing_twice() -> None:
    told = Told((rule(every="day"),))
    told.run(stories(1), MONDAY)
    told.run(stories(1, 2), MONDAY + timedelta(days=1))
    told.run(stories(1, 2), MONDAY - timedelta(days=30))
    told.run(stories(1, 2), MONDAY + timedelta(days=1, hours=1))
    assert len(told.notifications) == 1


def test_the_weeks_digest_names_the_evenings_of_the_week() -> None:
    at = MONDAY + timedelta(days=7)
    events = [
        editions.event("Soirée PHP", at + timedelta(days=2)),
        editions.event("Journée", (at + timedelta(days=6)).date(), by=None),
        editions.event("Trop loin", at + timedelta(days=8)),
        editions.event("Passée", at - timedelta(days=1)),
        editions.event("Annulée", at + timedelta(days=1), status="cancelled"),
    ]
    told = Told(
        (
            rule(every="week"),
            rule("json://php", every="week", technologies=("php",)),
            rule("json://run", what=("stories",)),
        )
    )
    told.run(stories(1), MONDAY)
    told.run(stories(1), at, events=events)
    assert [re.findall(r"• (.*)", text) for text in told.texts()] == [["Soirée PHP", "Journée"], ["Soirée PHP"]]
    assert told.notifications[0][1].title.startswith("Planet Exemple")


def test_the_digest_of_a_week_tells_what_the_page_of_that_week_shows_and_leads_to_it() -> None:
    at = MONDAY + timedelta(days=7, hours=1)
    old = stories(1)
    week = [
        editions.story(2, at=MONDAY + timedelta(days=1), technologies=("php",)),
        editions.story(3, at=MONDAY + timedelta(days=6), technologies=()),
        editions.story(4, at=MONDAY + timedelta(days=2), technologies=("php",)),
    ]
    this_week = editions.story(5, at=at - timedelta(hours=3), technologies=("php",))
    told = Told((rule(every="week"), rule("json://php", every="week", technologies=("php",))), service=MAIL)
    told.run(old, MONDAY)
    told.run([*old, *week, this_week], at)
    (_, all_of_it), (_, php) = told.notifications
    (shown,) = [
        part for part in editions.edition([*old, *week, this_week], now=at).weeks if part.first == date(2026, 11, 23)
    ]
    assert [(heading, [line.title for line in lines]) for heading, lines in all_of_it.parts] == [
        ("PHP", ["Billet 4", "Billet 2"]),
        ("Autres sujets", ["Billet 3"]),
    ]
    assert {line.title for line in all_of_it.stories} == {f"Billet {row.story_id}" for row in shown.rows}
    assert all_of_it.page == f"https://planet.example/{shown.path}"
    assert php.page == f"https://planet.example/{shown.path}#t-php"
    told.notifications.clear()
    told.run([*old, *week, this_week], at + timedelta(days=1))
    told.run([*old, *week, this_week], at + timedelta(days=7))
    assert [[line.title for line in sent.stories] for _, sent in told.notifications] == [["Billet 5"], ["Billet 5"]]


def test_the_digest_of_a_week_names_who_is_new() -> None:
    at = MONDAY + timedelta(days=7, hours=1)
    edition = editions.edition(stories(1), of=editions.config(notify=(rule(every="week"),)), now=at)
    week = replace(edition.weeks[0], first=date(2026, 11, 23), newcomers=("elodie-chene",))
    edition = replace(edition, weeks=(week, *edition.weeks))
    channel = collect(rule(every="week"), Channel(story_id=1, at=MONDAY), edition, Clock(now=at, zone=PARIS), ())
    assert [(item.kind, item.source) for item in channel.queue] == [("newcomer", "elodie-chene")]
    again = collect(
        rule(every="week"), replace(channel, queue=()), edition, Clock(now=at + timedelta(days=7), zone=PARIS), ()
    )
    assert again.queue == ()
    words = Translator("fr", "Europe/Paris")
    message, _count = Composer(rule(every="week"), MAIL, edition, words).next(channel.queue, 9)
    assert message is not None
    assert "Nouveaux venus\n--------------\n\nÉlodie Chêne\nhttps://planet.example/members/elodie-chene/" in mail_text(
        message
    )
    assert "<h3" in page(message)
    assert message.objects["items"] == [
        {"type": "newcomer", "source": {"name": "Élodie Chêne", "url": "https://planet.example/members/elodie-chene/"}}
    ]


def flood(count: int, first: int = 2) -> list[Story]:
    """Stories of one source, and one of another before them."""
    william, elodie = editions.SOURCES[:2]
    return [
        editions.story(1, by=william, at=NOW - timedelta(days=3)),
        *(editions.story(first + n, by=elodie, at=NOW - timedelta(minutes=900 - n)) for n in range(count)),
    ]


def test_one_source_has_a_share_of_a_digest_and_the_rest_is_counted_with_its_page() -> None:
    told = Told((rule(every="day"),), service=MAIL)
    told.run(stories(90), MONDAY - timedelta(days=2))
    told.run([*stories(90), *flood(35, 100)], MONDAY)
    ((_url, sent),) = told.notifications
    assert [line.title for line in sent.stories] == [f"Billet {n}" for n in range(134, 114, -1)]
    assert [(line.title, line.url) for line in sent.more] == [
        ("et 15 de plus de Élodie Chêne", "https://planet.example/members/elodie-chene/")
    ]
    assert "35 nouveaux billets" in sent.title
    assert "et 15 de plus de Élodie Chêne\nhttps://planet.example/members/elodie-chene/" in mail_text(sent)
    assert "et 15 de plus" in page(sent)
    assert sent.objects["items"][-1] == {  # type: ignore[index]
        "type": "more",
        "source": {"name": "Élodie Chêne", "url": "https://planet.example/members/elodie-chene/"},
        "count": 15,
        "of": "stories",
    }


def test_a_channel_that_is_told_at_once_is_told_a_share_of_one_source_a_day() -> None:
    told = Told((rule(), rule("json://elodie", members=("Élodie Chêne",))))
    told.run(flood(1, 50), MONDAY)
    told.run(flood(18, 50), MONDAY + timedelta(hours=1))
    told.run(flood(30, 50), MONDAY + timedelta(hours=2))
    told.run(flood(31, 50), MONDAY + timedelta(days=1))
    texts = {url: [body.body for at, body in told.notifications if at == url] for url in ("json://x", "json://elodie")}
    assert [len(re.findall(r"• Billet", text)) for text in texts["json://x"]] == [17, 3, 1]
    assert "• et 9 de plus de Élodie Chêne" in texts["json://x"][1]
    assert [len(re.findall(r"• Billet", text)) for text in texts["json://elodie"]] == [17, 12, 1]


def test_one_group_has_a_share_of_the_events_of_a_digest_of_changes_and_of_reminders() -> None:
    many = [editions.event(f"Vente {n}", MONDAY + timedelta(hours=50 + n)) for n in range(40)]
    told = Told(
        (rule(every="week", what=("events",)), rule("json://run", what=("events",), remind=(timedelta(hours=49),)))
    )
    told.run(stories(1), MONDAY - timedelta(days=1))
    told.run(stories(1), MONDAY, events=many)
    told.run(stories(1), MONDAY + timedelta(hours=41), events=many)
    named = [(len(re.findall("Vente", text)), text.count("et 20 de plus de clermontech.php")) for text in told.texts()]
    assert named == [(20, 1)] * 3, told.texts()


def test_an_all_day_event_is_named_on_its_day() -> None:
    told = Told((rule(every="day"),))
    told.run(stories(1), MONDAY)
    told.run(stories(1), MONDAY + timedelta(days=1), events=(editions.event("Journée", date(2026, 11, 24)),))
    assert len(told.notifications) == 1


# -- Events -----------------------------------------------------------------------------------------------------------


def test_an_event_is_told_when_it_is_new_when_it_moves_and_when_it_is_cancelled() -> None:
    told = Told((rule(),), language="en")
    at = NOW + timedelta(days=9)
    told.run([], events=[editions.event("Ancien", at)])
    told.run([], events=[editions.event("Ancien", at), editions.event("Soir", at)])
    told.run([], events=[editions.event("Ancien", at), editions.event("Soir", at + timedelta(days=1))])
    cancelled = editions.event("Soir", at + timedelta(days=1), status="cancelled")
    told.run([], events=[editions.event("Ancien", at), cancelled])
    told.run([], events=[editions.event("Ancien", at), cancelled])
    assert [re.findall(r"• (.*)", text) for text in told.texts()] == [["Soir"], ["Moved: Soir"], ["Cancelled: Soir"]]


def test_an_event_is_told_again_before_it_begins_each_reminder_once() -> None:
    told = Told((rule(remind=(timedelta(days=7), timedelta(days=1))),), language="en")
    soon = editions.event("Soir", NOW + timedelta(days=10))
    for day in range(11):
        told.run([], NOW + timedelta(days=day, hours=1), events=[soon])
        told.run([], NOW + timedelta(days=day, hours=2), events=[soon])
    assert [re.findall(r"• (.*)", text) for text in told.texts()] == [["Reminder: Soir"], ["Reminder: Soir"]]


def test_a_rule_for_groups_hears_of_their_events_only() -> None:
    group = editions.SOURCES[2]
    told = Told((rule(groups=(group.name,)),))
    at = NOW + timedelta(days=9)
    told.run([])
    told.run([], events=[editions.event("À nous", at, by=group), editions.event("Autre", at, by=None)])
    assert [re.findall(r"• (.*)", text) for text in told.texts()] == [["À nous"]]


def test_notices_go_to_the_channel_that_wants_them() -> None:
    told = Told((rule(what=("health",)), rule("json://public")), language="en")
    told.run(stories(1))
    notice = News(kind="gone", feed="https://a/", source="Ada", text=Message.of("Ada: a is gone for good"))
    told.run(stories(1, 2), news=[notice])
    told.run(stories(1, 2))
    assert [(url, sent.notices) for url, sent in told.notifications] == [
        ("json://x", ("Ada: a is gone for good",)),
        ("json://public", ()),
    ]


# -- Sizes ------------------------------------------------------------------------------------------------------------


def test_a_service_of_few_characters_gets_one_thing_a_message_never_too_long_and_with_its_whole_link() -> None:
    told = Told((rule(),), service=TOOT)
    told.run(stories(1))
    long = stories(2, title="Très long titre " * 60, url=f"https://a.example/{'x' * 300}")
    told.run([*stories(1), *long, *stories(3)])
    assert len(told.notifications) == 2
    assert all(len(text) <= 500 for text in told.texts())
    assert f"https://a.example/{'x' * 300}" in told.texts()[0]


def test_what_does_not_fit_goes_into_the_next_message() -> None:
    told = Told((rule(),), service=Service(name="chat", body=700, form="machine"))
    told.run(everybodys(1))
    told.run(everybodys(*range(1, 31)))
    assert all(len(text) <= 700 for text in told.texts())
    assert sorted(re.findall(r"• Billet (\d+)", "".join(told.texts())), key=int) == [str(n) for n in range(2, 31)]


@given(st.text(max_size=80), st.integers(2, 60))
def test_a_cut_text_is_short_enough_and_no_letter_is_in_two(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert cut("e\u0301" * 40, limit).rstrip("…")[-1:] in {"\u0301", ""}


# -- Secrets ----------------------------------------------------------------------------------------------------------


def test_variables_are_filled_in_only_when_a_message_is_sent() -> None:
    told = Told((rule("json://${TOKEN}@${HOST_1}/$x"),), environ={"TOKEN": " s3cret\n", "HOST_1": "h"})
    told.run(stories(1))
    told.run(stories(1, 2))
    assert [url for url, _notification in told.notifications] == ["json://s3cret@h/$x"]
    assert "s3cret" not in json.dumps(told.state)
    assert missing("${A} ${B} ${A}", {"A": "", "B": "x"}) == ("A",)
    assert expanded("${A}", {"A": "${B}", "B": "x"}) == "${B}"


def test_a_variable_that_is_not_set_is_named_once_and_nothing_is_lost() -> None:
    told = Told((rule("${SLACK_WEBHOOK}"),))
    (warning,) = told.run(stories(1))
    assert warning == "feeds.yaml line 12: ${SLACK_WEBHOOK} is not set, so this notification is not sent"
    assert told.run(stories(1, 2)) == []
    assert told.notifications == []
    told.environ = {"SLACK_WEBHOOK": "json://x"}
    assert told.run(stories(1, 2)) == []
    assert "Billet 2" in told.texts()[0]


# -- What a notification says -----------------------------------------------------------------------------------------------


def notification(
    made: Sequence[Story], language: str = "en", service: Service = CHAT, **fields: object
) -> Notification:
    edition: Edition = editions.edition(made, of=editions.config(language=language, **fields))
    queue = [Item(kind="story", story=row.story_id) for row in reversed(edition.index)]
    composed, _count = Composer(rule(), service, edition, Translator(language, "Europe/Paris")).next(queue, 100)
    assert composed is not None
    return composed


def test_a_letter_names_title_author_technologies_day_and_link() -> None:
    made = notification(
        [
            editions.story(
                1,
                title="Les générateurs",
                authors=(Person(name="William"),),
                technologies=("php",),
                url="https://w.example/1",
            )
        ]
    )
    assert made.title == "Planet Exemple: Les générateurs"
    assert made.body == (
        "• Les générateurs\nWilliam · PHP · November 23, 2026\nhttps://w.example/1\n\nhttps://planet.example/"
    )


def test_many_stories_are_counted_and_a_chat_gets_twenty_a_message() -> None:
    made = [editions.story(row) for row in range(1, 31)]
    assert notification(made).title == "Planet Exemple: 30 new stories"
    assert notification(made).body.count("• ") == 30
    chat = notification(made, service=Service(name="chat"))
    assert chat.title == "Planet Exemple: 20 new stories"
    assert chat.body.count("• ") == 20


EVIL = "@channel <!everyone> *x* [clic](https://evil.example) `a`\r\nBcc: a@b.example\u2028\u202e\x00 " + "long " * 100


def test_nothing_that_a_member_wrote_calls_formats_or_starts_a_line() -> None:
    made = [editions.story(1, title=EVIL, authors=(Person(name=EVIL),), excerpt=EVIL)]
    plain = notification(made)
    assert len(plain.title) <= 150
    assert "\n" not in plain.title + "".join(re.findall("[\r\u2028\u202e\x00]", plain.body))
    assert len(plain.body.splitlines()) == 5
    assert "@channel" not in notification(made, service=Service(name="chat")).body
    markdown = notification(made, service=Service(name="chat", form="markdown")).body
    assert "[clic](" not in markdown
    assert "\\[clic\\]\\(" in markdown
    assert all(len(line) <= 151 or line.startswith("http") for line in plain.body.splitlines()[:1])


@given(st.text(max_size=60))
def test_markup_is_escaped_whatever_it_is(text: str) -> None:
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]()*_~`|<>#]", escaped(text))
    assert not re.search(r"@\w", without_mentions(text))


@settings(max_examples=examples(60))
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_letter_as_html_holds_the_words_and_no_element_of_theirs(title: str, excerpt: str) -> None:
    made = notification([editions.story(1, title=title, excerpt=f"<img src=x onerror=1>{excerpt}")])
    document = html.document_fromstring(page(made))
    tags = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert tags == {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "div", "p", "a", "footer"}
    assert all(link.get("href").startswith("https://") for link in document.iter("a"))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("https://a.example/a|b>c", "https://a.example/a%7Cb%3Ec"),
        ("https://a.example/@everyone/1", "https://a.example/%40everyone/1"),
        ("https://a.example/@ada/1", "https://a.example/@ada/1"),
        ("javascript:alert(1)", ""),
    ],
)
def test_links_cannot_leave_their_place_in_a_chat(url: str, kept: str) -> None:
    assert safe_link(url) == kept


def test_a_letter_is_in_the_planets_language() -> None:
    assert "23 novembre 2026" in notification([editions.story(1)], language="fr").body
    assert '<html lang="fr">' in page(notification([editions.story(1)], language="fr"))


# -- Over the wire ----------------------------------------------------------------------------------------------------


def test_a_json_webhook_gets_the_text_as_it_is() -> None:
    made = notification([editions.story(1, title="@channel [a](b) é")])
    with webhook() as (port, got):
        assert deliver(f"json://127.0.0.1:{port}/hook", made) is None
    ((path, body),) = got
    assert path == "/hook"
    payload = json.loads(body)
    assert payload["title"] == made.title
    assert payload["message"] == made.body


def test_a_chat_that_renders_markdown_gets_it_escaped_and_calls_nobody() -> None:
    made = notification(
        [editions.story(1, title="@channel [clic](https://evil.example)")],
        service=Service(name="chat", form="markdown"),
    )
    with webhook() as (port, got):
        assert deliver(f"mmost://127.0.0.1:{port}/{'a' * 24}", made) is None
    ((_path, body),) = got
    text = json.loads(body)["text"]
    assert "@channel" not in text
    assert "[clic](" not in text
    assert "\\[clic\\]\\(https://evil.example\\)" in text


def test_a_refusal_is_a_word_without_the_secret(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with webhook(403) as (port, _got):
        fault = deliver(f"json://user:hunter2@127.0.0.1:{port}/", notification([editions.story(1)]))
    assert fault == Refusal(reason="HTTP 403")
    gone = deliver(f"json://user:hunter2@127.0.0.1:{port}/", notification([editions.story(1)]))
    assert gone == Refusal(reason="no answer, or a refusal")
    unknown = deliver("nonsense hunter2", notification([editions.story(1)]))
    assert unknown == Refusal(reason="not a notification URL that Apprise knows")
    assert "hunter2" not in caplog.text + "".join(capfd.readouterr())


def test_a_mail_has_a_page_with_its_style_inline_a_plain_part_and_only_our_headers() -> None:
    evil = "Titre\r\nBcc: victime@example.org\r\n\r\n<script>alert(1)</script> @channel"
    story = editions.story(1, title=evil, authors=(Person(name="Élodie\nCc: x@y.example"),), html=safe(""))
    made = notification([story], title="Planète 😀")
    with mailbox() as (port, got):
        fault = deliver(f"mailto://127.0.0.1:{port}?from=planet@example.org&to=liste@example.org&mode=insecure", made)
        assert fault is None
    (message,) = got
    assert message["Subject"] == made.title
    assert message["X-Envelope-To"] == "liste@example.org"
    assert message["X-Application"] == "Planete"
    assert message["Bcc"] is None
    assert message["Cc"] is None
    html_part = message.get_body(("html",))
    plain = message.get_body(("plain",))
    assert html_part is not None
    assert plain is not None
    content = html_part.get_content()
    assert "<script" not in content
    assert "&lt;script&gt;" in content
    assert re.search(r'<h2 style="[^"]*font-size: 18px', content)
    assert "prefers-color-scheme: dark" in content
    assert "Élodie" in plain.get_content()


def test_a_mail_server_that_is_away_is_a_fault() -> None:
    with mailbox() as (port, _got):
        pass
    fault = deliver(
        f"mailto://127.0.0.1:{port}?from=p@example.org&to=l@example.org&mode=insecure", notification(stories(1))
    )
    assert fault


# -- WebSub -----------------------------------------------------------------------------------------------------------


Form = Sequence[tuple[str, str]]


@dataclass
class HubAway:
    """A hub with a memory of it. `answers` are those of the next requests, then 204."""

    answers: list[int | FetchError] = field(default_factory=list)
    state: str = ""
    asked: list[list[str]] = field(default_factory=list)

    def tell(self, *paths: str, hours: float = 0) -> tuple[Message, ...]:
        def post(_url: str, form: Form) -> int | FetchError:
            assert ("hub.mode", "publish") in form
            self.asked.append([value.removeprefix("https://p.example/") for name, value in form if name == "hub.url"])
            return self.answers.pop(0) if self.answers else 204

        def save(text: str) -> None:
            self.state = text

        urls = feeds_of("https://p.example/", paths)
        return notify_hub("https://h.example/", urls, self.state, NOW + timedelta(hours=hours), post=post, save=save)


def test_the_hub_is_told_of_each_feed_that_changed_in_one_request() -> None:
    hub = HubAway()
    written = (
        "atom.xml",
        "index.html",
        "php/feed.json",
        "php/opml.xml",
        "archive/2026/10/atom.xml",
        "members/a/atom.xml",
    )
    assert hub.tell(*written, "digest/atom.xml", "events/atom.xml") == ()
    (topics,) = hub.asked
    assert topics == [
        *("atom.xml", "php/feed.json", "archive/2026/10/atom.xml", "members/a/atom.xml"),
        *("digest/atom.xml", "events/atom.xml"),
    ]
    assert hub.tell() == ()
    assert (len(hub.asked), hub.state) == (1, "")


def test_a_hub_that_takes_one_feed_at_a_time_is_remembered() -> None:
    hub = HubAway([400])
    assert hub.tell("atom.xml", "rss.xml") == ()
    assert hub.asked == [["atom.xml", "rss.xml"], ["atom.xml"], ["rss.xml"]]
    hub.tell("atom.xml", "rss.xml", hours=1)
    assert hub.asked[3:] == [["atom.xml"], ["rss.xml"]]


def test_a_hub_that_is_away_is_told_later_with_growing_pauses_and_warned_of_once() -> None:
    hub = HubAway([503, FetchError("dns", Message.of("no")), 503, 503])
    (warning,) = hub.tell("atom.xml")
    assert str(warning) == "the hub https://h.example/ was not told of new stories: HTTP 503"
    assert hub.tell("rss.xml", hours=0.1) == ()
    assert len(hub.asked) == 1
    assert [len(hub.tell("rss.xml", hours=hours)) for hours in (1, 2, 3)] == [1, 1, 0]
    assert hub.asked[-1] == ["atom.xml", "rss.xml"]
    assert hub.tell(hours=9) == ()
    assert hub.asked[-1] == ["atom.xml", "rss.xml"]
    assert hub.state == ""


def test_what_waits_for_a_hub_is_bounded() -> None:
    hub = HubAway([503] * 99)
    hub.tell(*(f"members/{number}/atom.xml" for number in range(2000)))
    assert len(read_hub(hub.state).waiting) == WAITING
    assert read_hub(hub.state).waiting[-1].endswith("/1999/atom.xml")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"waiting": 3}'])
def test_a_memory_of_a_hub_that_cannot_be_read_is_none(text: str) -> None:
    assert read_hub(text) == Hub()


def test_the_hub_hears_of_every_file_that_names_it(world: World) -> None:
    with webhook(204) as (port, got):
        hub = f"http://127.0.0.1:{port}/hub"
        world.serve("/a.xml", rss(item("Un", "https://a.example/1", category="php")))
        world.configure(
            [{"name": "Ada", "feeds": [world.url("/a.xml")]}],
            planet={"hub": hub},
            technologies={"volcans": {"name": "Volcans", "tags": ["php"]}},
        )
        assert world.run().code == 0
    ((_path, form),) = got
    naming = {
        f"https://planet.example.org/{path}"
        for path, body in world.site().items()
        if hub.encode() in body and not path.endswith((".html", ".db"))
    }
    assert set(parse_qs(form.decode())["hub.url"]) == naming
    assert {"https://planet.example.org/digest/atom.xml", "https://planet.example.org/members/ada/atom.xml"} <= naming


def test_a_microblog_gets_messages_of_its_length_and_its_refusal_is_about_content() -> None:
    """A server like Mastodon's: 500 characters, 422 for more."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["status"]
            taken = len(status) <= 500
            got.extend([status] if taken else [])
            body = b"{}" if taken else b'{"error": "Validation failed: Text character limit of 500 exceeded"}'
            self.send_response(200 if taken else 422)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        url = f"mastodon://token@127.0.0.1:{server.server_address[1]}"
        service = service_of(url)
        assert service is not None
        assert (service.title, service.body, service.each) == (0, 500, True)
        long = [editions.story(1, title="Un titre très long " * 40)]
        assert deliver(url, notification(long, service=service)) is None
        too_long = replace(notification(long, service=service), body="x" * 600)
        assert deliver(url, too_long) == Refusal(reason="HTTP 422", for_content=True)
    finally:
        server.shutdown()
        server.server_close()
    assert len(got) == 1
    assert len(got[0]) <= 500
    assert long[0].url in got[0]


def test_a_kill_at_any_moment_tells_nothing_twice() -> None:
    assert rounds(1, seed=17) == []


# -- The whole way ----------------------------------------------------------------------------------------------------


def test_a_planet_run_by_cron_tells_a_webhook_of_each_new_story_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = "https://a.example"
    with webhook() as (port, got):
        monkeypatch.setenv("HOOK", f"127.0.0.1:{port}")
        members = [{"name": "Ada", "feeds": [world.url("/a.xml")]}]
        world.configure(members, notify=[{"url": "json://${HOOK}/news", "technologies": ["php"]}])
        old, new = item("Un", f"{site}/1", category="php"), item("Deux", f"{site}/2", category="php")
        other = item("Trois", f"{site}/3", category="js")
        for number, body in enumerate((rss(old), rss(old, new, other), rss(old, new, other))):
            world.serve("/a.xml", body)
            result = world.planet("run", "--now", f"2026-11-2{number}T09:00:00Z")
            assert (result.code, result.out, result.err) == (0, "", "")
    messages = [json.loads(body)["message"] for _path, body in got]
    assert len(messages) == 1
    assert f"Deux\nAda · PHP · 16 novembre 2026\n{site}/2" in messages[0]
    assert "Trois" not in messages[0]
    assert f"127.0.0.1:{port}" not in "".join(
        path.read_text("utf-8", "replace") for path in world.output.rglob("*.html")
    )
