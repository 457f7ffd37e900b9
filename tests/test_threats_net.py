"""Attacks on the network side of a planet: by servers, and by one member against another."""

from __future__ import annotations

import gzip
import logging
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from backports import zstd

from planet import assemble, config
from planet.avatars import avatars
from planet.fetch import decoding
from planet.fetch.decoding import decode
from planet.fetch.errors import UndecodableError
from planet.fetch.polling import fetch_update, is_due
from planet.health import feed_health, public_health
from planet.model import Deferred, Due, Failed, FetchError, Fresh, Message
from planet.store import Store
from planet.urls.networks import is_inside, names_inside
from tests.support.fetching import DAY, HOUR, QUICK, T0, Feed, ask, fetcher, rss
from tests.support.servers import Server, reply

FEED = rss("a")


@pytest.fixture
def victim() -> Iterator[Server]:
    """Another member's host: another loopback address."""
    with Server(host="127.0.0.2") as server:
        yield server


# -- Redirects to somebody else's feed


def owners_of(tmp_path: Path, *members: tuple[str, str]) -> assemble.FeedOwners:
    lines = "".join(f"- {{name: {name}, feeds: ['{url}']}}\n" for name, url in members)
    text = f"planet: {{title: P, url: 'https://p.example/', owner: {{name: O}}}}\nmembers:\n{lines}"
    return assemble.FeedOwners(config.parse(text, tmp_path / "feeds.yaml"))


@pytest.mark.parametrize("spelling", ["/feed", "/feed/", "/feed?utm_source=x", "/feed#top"])
def test_a_redirect_to_another_members_feed_brings_nothing_and_is_not_even_asked(
    server: Server, victim: Server, tmp_path: Path, spelling: str
) -> None:
    server.on("/mine", reply(301, b"", Location=victim.url(spelling)))
    victim.default = reply(200, FEED)
    private = victim.url("/feed").replace("http://", "http://eve:geheim@")
    owners = owners_of(tmp_path, ("Mallory", server.url("/mine")), ("Eve", private))
    asker = fetcher(owners=owners)
    dues = [Due(key="mine", url=server.url("/mine")), Due(key="theirs", url=private)]
    outcomes = {outcome.due.key: outcome for outcome in asker.fetch_all(dues, T0, backoffs={})}
    stolen = outcomes["mine"]
    assert isinstance(stolen, Failed)
    assert "somebody else" in str(stolen.error.message)
    assert "geheim" not in str(stolen.error.message)
    assert isinstance(outcomes["theirs"], Fresh)
    assert len(victim.seen) == 1


def test_an_address_that_was_adopted_is_left_when_another_member_lists_it(
    server: Server, victim: Server, tmp_path: Path
) -> None:
    server.on("/mine", reply(200, FEED))
    victim.default = reply(200, FEED)
    feed = Feed(server.url("/mine"), fetcher())
    adopted = replace(feed.state, effective_url=victim.url("/feed"), moved_to=victim.url("/feed"))
    owners = owners_of(tmp_path, ("Mallory", server.url("/mine")), ("Eve", victim.url("/feed")))
    feed = Feed(server.url("/mine"), fetcher(owners=owners), state=adopted)
    assert isinstance(feed.ask(), Fresh)
    assert victim.seen == []


def test_one_source_may_move_between_its_own_addresses(server: Server, victim: Server, tmp_path: Path) -> None:
    server.on("/old", reply(301, b"", Location=victim.url("/new")))
    victim.default = reply(200, FEED)
    text = (
        "planet: {title: P, url: 'https://p.example/', owner: {name: O}}\n"
        f"members:\n- {{name: A, feeds: ['{server.url('/old')}', '{victim.url('/new')}']}}\n"
    )
    owners = assemble.FeedOwners(config.parse(text, tmp_path / "feeds.yaml"))
    assert isinstance(ask(fetcher(owners=owners), server.url("/old"))[0], Fresh)


def test_what_a_password_opened_is_not_handed_to_a_feed_that_is_redirected_there(
    server: Server, victim: Server
) -> None:
    server.on("/mine", reply(302, b"", Location=victim.url("/private")))
    victim.on("/private", reply(200, FEED), reply(401))
    private = victim.url("/private").replace("http://", "http://eve:geheim@")
    dues = [Due(key="theirs", url=private), Due(key="mine", url=server.url("/mine"))]
    outcomes = {outcome.due.key: outcome for outcome in fetcher().fetch_all(dues, T0, backoffs={})}
    requests = [seen.fields.get("authorization", "") for seen in victim.seen]
    assert len(requests) == 2
    assert sorted(bool(secret) for secret in requests) == [False, True]
    assert {type(outcome) for outcome in outcomes.values()} == {Fresh, Failed}


# -- Keeping others waiting


def test_a_429_at_the_end_of_a_redirect_holds_only_who_was_redirected(server: Server, victim: Server) -> None:
    server.on("/mine", reply(302, b"", Location=victim.url("/limited")))
    victim.on("/limited", reply(429, b"", Retry_After=6 * 86400))
    victim.on("/feed", reply(200, FEED))
    asker = fetcher()
    feed = Feed(server.url("/mine"), asker)
    feed.ask()
    assert feed.backoffs == {}
    assert feed.wait == 6 * DAY
    assert isinstance(ask(asker, victim.url("/feed"))[0], Fresh)


def test_a_429_of_one_user_of_a_shared_host_holds_that_user_only(server: Server) -> None:
    server.on("/~mallory/feed", reply(429, b"", Retry_After=6 * 86400))
    server.default = reply(200, FEED)
    asker = fetcher()
    feed = Feed(server.url("/~mallory/feed"), asker)
    feed.ask()
    neighbour, other = ask(asker, server.url("/~eve/feed"), server.url("/~mallory/other"))
    assert isinstance(neighbour, Fresh)
    assert isinstance(other, Deferred)


def test_a_429_keeps_the_others_of_its_origin_waiting_for_six_hours_at_most(server: Server) -> None:
    server.on("/feed", reply(429, b"", Retry_After=6 * 86400))
    server.on("/other", reply(200, FEED))
    feed = Feed(server.url("/feed"), fetcher())
    feed.ask()
    other = Feed(server.url("/other"), fetcher(), backoffs=feed.backoffs, now=T0)
    assert isinstance(other.ask(after=5 * HOUR), Deferred)
    assert isinstance(other.ask(after=HOUR), Fresh)
    assert not is_due(feed.state, T0 + 5 * DAY, HOUR, feed.url)


def test_why_a_feed_is_not_asked_is_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.on("/feed", reply(429, b"", Retry_After=7200))
    server.on("/moved", reply(302, b"", Location="/there"))
    server.on("/there", reply(200, FEED))
    asker = fetcher(replace(QUICK, host_pause=timedelta(0)))
    with caplog.at_level(logging.INFO, "planet"):
        ask(asker, server.url("/moved"))
        ask(asker, server.url("/feed"))
        ask(asker, server.url("/other"))
    log = caplog.text
    assert f"302 leads to {server.url('/there')}" in log
    assert "answers 429: not asked before 2026-11-24T10:00" in log
    assert "/other: not asked: 127.0.0.1 answered 429" in log


# -- Pictures


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG of one colour: some kB, whatever its size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(4 * width + 1) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_no_picture_ends_a_run_or_takes_its_memory(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    broken = b"Exif\0\0MM\0*"  # stops after its magic
    exif = struct.pack(">I", len(broken)) + b"eXIf" + broken + struct.pack(">I", zlib.crc32(b"eXIf" + broken))
    pictures = {
        "huge": png(6000, 6600),
        "exif": png(8, 8, exif),
        "empty": b"",
        "cut": png(64, 64)[:60],
        "good": png(64, 64),
    }
    members = ""
    for name, data in pictures.items():
        (tmp_path / f"{name}.png").write_bytes(data)
        members += f"- {{name: {name}, feeds: [{name}.xml], avatar: {name}.png}}\n"
    text = f"planet: {{title: P, url: 'https://p.example/', owner: {{name: O}}}}\nmembers:\n{members}"
    planet = config.parse(text, tmp_path / "feeds.yaml")
    with Store(tmp_path / "planet.db") as store:
        made = avatars(planet, store, fetcher().web, T0)
    assert set(made) - {"exif"} == {"good"}


# -- Compressed answers


@pytest.mark.parametrize("coding", ["gzip", "zstd", "zstd, gzip", "gzip, zstd"])
def test_thousands_of_empty_pieces_cost_next_to_nothing(coding: str) -> None:
    """A few hundred bytes that hold a hundred thousand empty members or frames."""
    empty = {"gzip": gzip.compress(b""), "zstd": zstd.compress(b"")}
    compress = {"gzip": gzip.compress, "zstd": zstd.compress}
    inner, *outer = coding.split(", ")
    body = empty[inner] * 400_000
    for name in outer:
        body = compress[name](body)
    began = time.thread_time()
    with pytest.raises(UndecodableError) as caught:
        decode(body, coding, 10_000_000)
    assert caught.value.error.kind == "too-large"
    assert time.thread_time() - began < decoding.SECONDS


def test_decoding_has_a_budget_of_its_own() -> None:
    with pytest.raises(UndecodableError) as caught:
        decode(gzip.compress(FEED), "gzip", 10_000, seconds=-1.0)
    assert "too long to decompress" in str(caught.value)


# -- What servers write into sentences


@pytest.mark.parametrize("evil", ["\x1b]0;owned\x07", "\x9b2J", "\u202egpj", "a\r\nb\0", "\udc9b"])
def test_no_control_character_of_a_server_reaches_a_terminal_or_a_mail(evil: str) -> None:
    message = Message.of("the answer is compressed as {coding}", coding=evil)
    assert str(message).isprintable()
    assert str(Message.of("{error}", error=message)).isprintable()


def test_a_coding_with_escape_sequences_is_named_without_them(server: Server) -> None:
    server.default = reply(200, b"\0binary", "Content-Encoding: \x9b2J\x1b[31mred")
    (outcome,) = ask(fetcher(), server.url("/"))
    assert isinstance(outcome, Failed)
    assert str(outcome.error.message).isprintable()


# -- What everybody may read


@pytest.mark.parametrize(
    ("error", "secret"),
    [
        (FetchError("blocked-address", Message.of("{host} leads to the private address {address}", host="a.example", address="10.1.2.3")), "10.1.2.3"),
        (FetchError("dns", Message.of("the name {host} does not resolve", host="db.internal")), "db.internal"),
        (FetchError("connect", Message.of("{host} refuses connections", host="192.168.0.9")), "192.168.0.9"),
        (FetchError("redirect-loop", Message.of("it is redirected in circles, or too often: {url}", url="http://wiki.lan/x")), "wiki.lan"),
        (FetchError("not-a-feed", Message.of("its address leads to another feed now, {url}; put that into feeds.yaml if it is meant", url="http://[fd00::1]/")), "fd00"),
    ],
)  # fmt: skip
def test_the_public_health_page_says_nothing_of_the_inside(tmp_path: Path, error: FetchError, secret: str) -> None:
    text = (
        "planet: {title: P, url: 'https://p.example/', owner: {name: O}}\n"
        "members:\n- {name: A, feeds: ['https://a.example/feed']}\n"
    )
    planet = config.parse(text, tmp_path / "feeds.yaml")
    (key,) = planet.feeds_by_key()
    failed = Failed(due=Due(key=key, url=key), url=key, error=error)
    update = fetch_update(failed, None, now=T0, interval=HOUR, jitter=0.0)
    state = replace(update.state, moved_to=f"http://{secret}/", effective_url=f"http://{secret}/")
    with Store(tmp_path / "planet.db") as store:
        store.save_updates([(key, key, replace(update, state=state))])
        (private,), (public,) = feed_health(planet, store), public_health(planet, store)
    assert secret in str(private.error)
    assert secret not in f"{public.error} {public.advice} {public.effective_url}"
    assert "not reachable from here" in str(public.error)
    assert public.error_class == error.kind


def test_a_public_failure_is_told_as_it_is(tmp_path: Path) -> None:
    assert not is_inside("blog.example.org")
    assert not is_inside("93.184.216.34")
    assert is_inside("127.0.0.1")
    assert is_inside("nas.local")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("dial tcp 10.0.0.1:80: refused", True),
        ("the name db.intranet does not resolve", True),
        ("see «http://wiki/x»", True),
        ("http://[fd00::1]:8080/", True),
        ("ada@mail.lan", True),
        ("at 10:30 on 23.11.2026", False),
        ("version 1.2.3.4.5, 93.184.216.34, blog.example.org: ok", False),
        ("https://example.org/lan", False),
    ],
)
def test_a_text_that_names_a_private_network_is_known(text: str, inside: bool) -> None:
    assert names_inside(text) is inside
