"""News to chats and mailboxes: once, silent at first, harmless; over real HTTP and SMTP on loopback."""

from __future__ import annotations

import email
import email.policy
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from planet.i18n import Translator
from planet.model import Edition, FetchError, Message, NotifyRule, Story
from planet.notify import Notification, deliver, notify, ping, tell_hub
from planet.notify.message import defused, escaped, safe_link, write
from planet.notify.plan import Delivery, Sent, plan, read_sent, rule_key
from planet.notify.send import expanded, missing
from tests.support import editions
from tests.support.editions import NOW
from tests.support.safe import safe
from tests.support.world import World, item, rss

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine in the morning in Paris."""


@dataclass
class Told:
    """Rules with a memory, and a post office that keeps the notifications."""

    rules: tuple[NotifyRule, ...]
    state: dict[str, str] = field(default_factory=dict)
    notifications: list[tuple[str, Notification]] = field(default_factory=list)
    fault: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    language: str = "fr"

    def run(self, stories: Sequence[Story], now: datetime = NOW, **fields: object) -> list[str]:
        edition = editions.edition(
            stories, of=editions.config(notify=self.rules, language=self.language), now=now, **fields
        )

        def send(url: str, notification: Notification) -> str:
            self.notifications.append((url, notification))
            return self.fault

        warnings = notify(edition, self.state, now, environ=self.environ, save=self.state.__setitem__, send=send)
        return [str(warning) for warning in warnings]

    def texts(self) -> list[str]:
        return [notification.text for _url, notification in self.notifications]


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
    assert told.state == {}
    told.run(stories(*range(1, 50)))
    assert told.notifications == []


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
    listing = [replace(row, in_feeds=row.story_id != 2) for row in edition.index]
    state = {rule_key(rule()): Sent(story_id=1, at=NOW).to_text()}
    (delivery,) = plan((rule(),), listing, (), state, NOW, "UTC").deliveries
    assert delivery.rows == (3,)


def test_a_rule_that_was_taken_out_starts_silent_when_it_comes_back() -> None:
    told = Told((rule(), rule("json://other")))
    told.run(stories(1))
    told.rules = (rule("json://other"),)
    told.run(stories(1, 2))
    told.rules = (rule(), rule("json://other"))
    told.notifications.clear()
    told.run(stories(1, 2, 3))
    assert [url for url, _notification in told.notifications] == ["json://other"]
    told.run(stories(1, 2, 3, 4))
    assert [url for url, _notification in told.notifications][1:] == ["json://x", "json://other"]


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
    told.fault = "HTTP 500"
    (warning,) = told.run(stories(1, 2))
    assert warning == "feeds.yaml line 12: this notification was not delivered (HTTP 500); the next run tries again"
    assert told.run(stories(1, 2, 3)) == []
    told.fault = ""
    assert told.run(stories(1, 2, 3)) == []
    assert told.run(stories(1, 2, 3)) == []
    assert len(told.notifications) == 3
    assert "Billet 2" in told.texts()[-1]
    assert "Billet 3" in told.texts()[-1]


def test_a_run_that_is_killed_while_it_sends_does_not_send_twice() -> None:
    told = Told((rule(), rule("json://second")))
    told.run(stories(1))
    edition = editions.edition(stories(1, 2), of=editions.config(notify=told.rules))
    sent: list[str] = []

    def die(url: str, _letter: Notification) -> str:
        sent.append(url)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notify(edition, told.state, NOW, environ={}, save=told.state.__setitem__, send=die)
    told.run(stories(1, 2))
    assert sent == ["json://x"]
    assert [url for url, _letter in told.notifications] == ["json://second"]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=6))  # a notification names at most 20
def test_whatever_fails_each_story_is_delivered_exactly_once_in_the_end(runs: list[tuple[int, bool]]) -> None:
    told = Told((rule(),))
    row = 1
    told.run(stories(1))
    delivered: list[str] = []
    for new, fails in [*runs, (1, False)]:
        row += new
        told.fault = "no" if fails else ""
        told.notifications.clear()
        told.run(stories(*range(1, row + 1)))
        if not fails:
            delivered += [name for text in told.texts() for name in re.findall(r"• (Billet \d+)", text)]
    assert sorted(delivered) == sorted(f"Billet {number}" for number in range(2, row + 1))


def test_a_memory_that_cannot_be_read_starts_silent() -> None:
    for text in ("", "{", "[]", '{"row": "x"}', '{"row": 1}', "null"):
        assert read_sent(text) is None


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
    told = Told((rule(every="week"), rule("json://php", every="week", technologies=("php",)), rule("json://run")))
    told.run(stories(1), MONDAY)
    told.run(stories(1), at, events=events)
    assert [re.findall(r"• (.*)", text) for text in told.texts()] == [["Soirée PHP", "Journée"], ["Soirée PHP"]]
    assert told.notifications[0][1].title.startswith("Planet Exemple")


def test_an_all_day_evening_is_named_on_its_day() -> None:
    delivery = plan(
        (rule(every="day"),),
        editions.edition(stories(1)).index,
        (editions.event("Journée", date(2026, 11, 24)),),
        {rule_key(rule(every="day")): Sent(story_id=1, at=MONDAY).to_text()},
        MONDAY + timedelta(days=1),
        "Europe/Paris",
    ).deliveries
    assert len(delivery) == 1


# -- Secrets ----------------------------------------------------------------------------------------------------------


def test_variables_are_filled_in_only_when_a_message_is_sent() -> None:
    told = Told((rule("json://${TOKEN}@${HOST_1}/$x"),), environ={"TOKEN": " s3cret\n", "HOST_1": "h"})
    told.run(stories(1))
    told.run(stories(1, 2))
    assert [url for url, _letter in told.notifications] == ["json://s3cret@h/$x"]
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


def notification(made: Sequence[Story], language: str = "en", **fields: object) -> Notification:
    edition: Edition = editions.edition(made, of=editions.config(language=language, **fields))
    sent = Sent(story_id=0, at=NOW)
    rows = tuple(row.story_id for row in edition.index)
    delivery = Delivery(rule=rule(), key="", rows=rows, events=(), before=sent, after=sent)
    return write(delivery, edition, Translator(language, "Europe/Paris"))


def test_a_letter_names_title_author_technologies_day_and_link() -> None:
    made = notification(
        [editions.story(1, title="Les générateurs", author="William", technologies=("php",), url="https://w.example/1")]
    )
    assert made.title == "Planet Exemple: Les générateurs"
    assert made.text == (
        "• Les générateurs\nWilliam · PHP · November 23, 2026\nhttps://w.example/1\n\nhttps://planet.example/"
    )


def test_many_stories_are_counted_and_the_newest_told() -> None:
    made = notification([editions.story(row) for row in range(1, 31)])
    assert made.title == "Planet Exemple: 30 new stories"
    assert made.text.count("• ") == 20
    assert "and 10 more" in made.text
    assert "Billet 1\n" in made.text
    assert "Billet 21" not in made.text


EVIL = "@channel <!everyone> *x* [clic](https://evil.example) `a`\r\nBcc: a@b.example\u2028\u202e\x00 " + "long " * 100


def test_nothing_that_a_member_wrote_calls_formats_or_starts_a_line() -> None:
    made = notification([editions.story(1, title=EVIL, author=EVIL, excerpt=EVIL)])
    assert len(made.title) <= 150
    assert "\n" not in made.title + "".join(re.findall("[\r\u2028\u202e\x00]", made.text))
    assert len(made.text.splitlines()) == 5
    assert "@channel" not in made.chat
    assert "[clic](" not in made.markdown
    assert "\\[clic\\]\\(" in made.markdown
    assert all(len(line) <= 151 or line.startswith("http") for line in made.text.splitlines()[:1])


@given(st.text(max_size=60))
def test_markup_is_escaped_whatever_it_is(text: str) -> None:
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]()*_~`|<>#]", escaped(text))
    assert not re.search(r"@\w", defused(text))


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_letter_as_html_holds_the_words_and_no_element_of_theirs(title: str, excerpt: str) -> None:
    made = notification([editions.story(1, title=title, excerpt=f"<img src=x onerror=1>{excerpt}")])
    page = html.document_fromstring(made.html)
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert tags == {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "div", "p", "a", "footer"}
    assert all(link.get("href").startswith("https://") for link in page.iter("a"))


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
    assert "23 novembre 2026" in notification([editions.story(1)], language="fr").text
    assert '<html lang="fr">' in notification([editions.story(1)], language="fr").html


# -- Over the wire ----------------------------------------------------------------------------------------------------


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """A server that takes POSTs: its port, and what it got."""
    got: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_json_webhook_gets_the_text_as_it_is() -> None:
    made = notification([editions.story(1, title="@channel [a](b) é")])
    with webhook() as (port, got):
        assert deliver(f"json://127.0.0.1:{port}/hook", made) == ""
    ((path, body),) = got
    assert path == "/hook"
    payload = json.loads(body)
    assert payload["title"] == made.title
    assert payload["message"] == made.text


def test_a_chat_that_renders_markdown_gets_it_escaped_and_calls_nobody() -> None:
    made = notification([editions.story(1, title="@channel [clic](https://evil.example)")])
    with webhook() as (port, got):
        assert deliver(f"mmost://127.0.0.1:{port}/{'a' * 24}", made) == ""
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
    assert fault == "HTTP 403"
    assert (
        deliver(f"json://user:hunter2@127.0.0.1:{port}/", notification([editions.story(1)]))
        == "no answer, or a refusal"
    )
    assert deliver("nonsense hunter2", notification([editions.story(1)])) == "not a notification URL that Apprise knows"
    assert "hunter2" not in caplog.text + "".join(capfd.readouterr())


@contextmanager
def mailbox() -> Iterator[tuple[int, list[EmailMessage]]]:
    """An SMTP server: its port, and the mails it took."""
    got: list[EmailMessage] = []

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
            message["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
            got.append(message)
            return "250 OK"

    with socket.socket() as free:  # the controller connects to itself, so it must be told a port
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, got
    finally:
        controller.stop()


def test_a_mail_has_a_page_with_its_style_inline_a_plain_part_and_only_our_headers() -> None:
    evil = "Titre\r\nBcc: victime@example.org\r\n\r\n<script>alert(1)</script> @channel"
    story = editions.story(1, title=evil, author="Élodie\nCc: x@y.example", html=safe(""))
    made = notification([story], title="Planète 😀")
    with mailbox() as (port, got):
        fault = deliver(f"mailto://127.0.0.1:{port}?from=planet@example.org&to=liste@example.org&mode=insecure", made)
        assert fault == ""
    (message,) = got
    assert message["Subject"] == made.title
    assert message["X-Envelope-To"] == "liste@example.org"
    assert message["X-Application"] == "Planete"
    assert message["Bcc"] is None
    assert message["Cc"] is None
    page = message.get_body(("html",))
    plain = message.get_body(("plain",))
    assert page is not None
    assert plain is not None
    content = page.get_content()
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


def poster(
    answers: Sequence[int | FetchError], asked: list[tuple[str, Mapping[str, str]]]
) -> Callable[[str, Mapping[str, str]], int | FetchError]:
    left = iter(answers)

    def post(url: str, form: Mapping[str, str]) -> int | FetchError:
        asked.append((url, form))
        return next(left)

    return post


def test_the_hub_is_told_of_each_feed_that_changed() -> None:
    written = (
        "atom.xml",
        "index.html",
        "php/feed.json",
        "php/opml.xml",
        "archive/2026/10/atom.xml",
        "members/a/atom.xml",
        "rss.xml",
    )
    asked: list[tuple[str, Mapping[str, str]]] = []
    saved: list[str] = []
    poster_of_all = poster([204] * 9, asked)
    assert (
        tell_hub("https://hub.example/", "https://planet.example/", written, "", post=poster_of_all, save=saved.append)
        == ()
    )
    changed = [form["hub.url"] for _url, form in asked]
    assert changed == [
        "https://planet.example/atom.xml",
        "https://planet.example/php/feed.json",
        "https://planet.example/archive/2026/10/atom.xml",
        "https://planet.example/members/a/atom.xml",
        "https://planet.example/rss.xml",
    ]
    asked.clear()
    assert ping("https://hub.example/", changed[:2], poster([204, 202], asked)) == ()
    assert [form["hub.url"] for _url, form in asked] == changed[:2]
    assert all(url == "https://hub.example/" and form["hub.mode"] == "publish" for url, form in asked)
    assert parse_qs("hub.mode=publish")["hub.mode"] == [asked[0][1]["hub.mode"]]


def test_a_hub_that_does_not_answer_is_a_warning_and_asked_no_more() -> None:
    asked: list[tuple[str, Mapping[str, str]]] = []
    failed = FetchError("timeout", Message.of("too slow"))
    (warning,) = ping("https://u:p@hub.example/", ["a", "b"], poster([failed], asked))
    assert str(warning) == "the hub https://***@hub.example/ was not told of new stories: timeout"
    assert len(asked) == 1
    (warning,) = ping("https://hub.example/", ["a"], poster([500], asked))
    assert "HTTP 500" in str(warning)


def test_a_hub_that_was_away_is_told_later_and_warned_of_once() -> None:
    state = [""]
    asked: list[tuple[str, Mapping[str, str]]] = []

    def run(written: tuple[str, ...], *answers: int) -> tuple[Message, ...]:
        asked.clear()
        post = poster(answers, asked)
        return tell_hub(
            "https://h.example/",
            "https://p.example/",
            written,
            state[0],
            post=post,
            save=lambda s: state.append(s) or state.pop(0),
        )

    assert len(run(("atom.xml",), 503)) == 1
    assert run((), 503) == ()
    assert run(("rss.xml",), 503) == ()
    assert run((), 204, 204) == ()
    assert [form["hub.url"] for _url, form in asked] == ["https://p.example/atom.xml", "https://p.example/rss.xml"]
    assert run(()) == ()
    assert asked == []
    assert len(run(("atom.xml",), 500)) == 1


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
