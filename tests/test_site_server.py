"""The preview server answers as a well-kept web server does: types, validators, compression, parts, and nothing but the site."""

from __future__ import annotations

import gzip
import http.client
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from planet.cli.site_files import CODINGS, Asked, content_type, respond
from planet.cli.site_server import site_server

PAGE = "<!DOCTYPE html><title>é</title>" + "<p>Une phrase.</p>" * 100
SOUND = bytes(range(256)) * 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    site = root / "output"
    for name, content in {
        "index.html": PAGE,
        "404.html": "<p>Rien ici</p>",
        "php/index.html": PAGE,
        "un été/index.html": PAGE,
        "static/planet.css": "a { color: red }" * 100,
        "static/short.css": "a { color: red }",
        ".planet/manifest.json": "{}",
    }.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    (site / "talk.mp3").write_bytes(SOUND)
    (root / "feeds.yaml").write_text("secret")
    return site


def get(folder: Path, target: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
    answer = respond(
        folder, Asked(target=target, fields={name.replace("_", "-"): value for name, value in fields.items()})
    )
    return answer.status, dict(answer.fields), answer.body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("rss.xml", "application/rss+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
        ("health.json", "application/json; charset=utf-8"),
        ("calendar.ics", "text/calendar; charset=utf-8"),
        ("opml.xml", "text/x-opml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("site.webmanifest", "application/manifest+json; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("planet.css", "text/css; charset=utf-8"),
        ("planet.js", "text/javascript; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("feed.xsl", "application/xslt+xml; charset=utf-8"),
        ("serif.woff2", "font/woff2"),
        ("talk.mp3", "audio/mpeg"),
        ("face.webp", "image/webp"),
        ("data", "application/octet-stream"),
    ],
)
def test_each_file_has_its_type(name: str, kind: str) -> None:
    assert content_type(name) == kind


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml", "opml.xml"])
def test_a_browser_gets_feeds_as_a_document_that_it_shows(name: str) -> None:
    assert content_type(name, "text/html,application/xhtml+xml,*/*;q=0.8") == "application/xml; charset=utf-8"
    assert content_type(name, "application/atom+xml, application/rss+xml, */*;q=0.1") == content_type(name)


def test_what_a_client_has_is_not_sent_again(folder: Path) -> None:
    status, fields, _ = get(folder, "/")
    assert status == 200
    tag, modified = fields["ETag"], fields["Last-Modified"]
    for same in ({"if_none_match": tag}, {"if_none_match": f'"x", W/{tag}'}, {"if_none_match": "*"}):
        status, again, body = get(folder, "/", **same)
        assert (status, body, again["ETag"]) == (304, b"", tag)
    assert get(folder, "/", if_modified_since=modified)[0] == 304
    assert get(folder, "/", if_none_match='"other"', if_modified_since=modified)[0] == 200, "the tag counts more"
    assert get(folder, "/", if_modified_since="not a date")[0] == 200
    assert get(folder, "/", if_modified_since="Mon, 01 Jan 1990 00:00:00 GMT")[0] == 200


def test_versioned_files_are_kept_and_others_asked_about(folder: Path) -> None:
    assert get(folder, "/static/planet.css?v=1a2b")[1]["Cache-Control"] == "public, max-age=31536000, immutable"
    for target in ("/static/planet.css", "/", "/php/", "/nowhere"):
        assert get(folder, target)[1]["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip;q=0", ""),
        ("gzip; q=0.5, identity", "gzip"),
        ("deflate", ""),
        ("", ""),
        ("*", CODINGS[0]),
        ("gzip, deflate, br, zstd", CODINGS[0]),
    ],
)
def test_text_is_compressed_as_the_client_takes_it(folder: Path, accepted: str, coding: str) -> None:
    _, fields, body = get(folder, "/", accept_encoding=accepted)
    assert fields.get("Content-Encoding", "") == coding
    assert fields["Vary"] == "Accept-Encoding"
    if coding == "gzip":
        assert gzip.decompress(body) == PAGE.encode()
    plain = get(folder, "/")[1]["ETag"]
    assert (fields["ETag"] == plain) == (coding == ""), "two forms of a page are two things"
    assert get(folder, "/", accept_encoding=accepted, if_none_match=fields["ETag"])[0] == 304


def test_what_does_not_become_smaller_is_sent_as_it_is(folder: Path) -> None:
    for target in ("/talk.mp3", "/static/short.css"):
        assert "Content-Encoding" not in get(folder, target, accept_encoding="gzip")[1]


@pytest.mark.parametrize(
    ("asked", "first", "stop"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=2000-", 2000, 2048),
        ("bytes=-48", 2000, 2048),
        ("bytes=2000-9999", 2000, 2048),
        ("bytes=-9999", 0, 2048),
        ("bytes=0-0", 0, 1),
    ],
)
def test_a_part_of_a_sound_can_be_had(folder: Path, asked: str, first: int, stop: int) -> None:
    status, fields, body = get(folder, "/talk.mp3", range=asked)
    assert status == 206
    assert body == SOUND[first:stop]
    assert fields["Content-Range"] == f"bytes {first}-{stop - 1}/2048"


@pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=-0", "bytes=9999-10000"])
def test_a_part_that_is_not_there_is_refused_with_the_size(folder: Path, asked: str) -> None:
    status, fields, body = get(folder, "/talk.mp3", range=asked)
    assert (status, fields["Content-Range"], body) == (416, "bytes */2048", b"")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=x-"])
def test_a_part_that_nobody_understands_gets_the_whole(folder: Path, asked: str) -> None:
    assert get(folder, "/talk.mp3", range=asked)[::2] == (200, SOUND)


def test_a_part_of_another_version_gets_the_whole(folder: Path) -> None:
    tag = get(folder, "/talk.mp3")[1]["ETag"]
    assert get(folder, "/talk.mp3", range="bytes=0-1", if_range=tag)[0] == 206
    assert get(folder, "/talk.mp3", range="bytes=0-1", if_range='"old"')[::2] == (200, SOUND)


def test_a_folder_has_its_slash_and_is_never_listed(folder: Path) -> None:
    status, fields, _ = get(folder, "/php?x=1")
    assert (status, fields["Location"]) == (301, "/php/?x=1")
    assert get(folder, "/un%20%C3%A9t%C3%A9")[1]["Location"] == "/un%20%C3%A9t%C3%A9/"
    assert get(folder, "/un%20%C3%A9t%C3%A9/")[0] == 200
    assert get(folder, "//php")[1]["Location"] == "/php/", "never another host"
    assert get(folder, "/static/")[0] == get(folder, "/static")[0] == 404
    assert get(folder, "/index.html/")[0] == 404


@pytest.mark.parametrize(
    "target",
    [
        "/../feeds.yaml",
        "/%2e%2e/feeds.yaml",
        "/php/..%2f..%2ffeeds.yaml",
        "/.planet/manifest.json",
        "/..%5cfeeds.yaml",
        "/index.html%00",
        "/" + "x" * 300,
        "http://127.0.0.1/../feeds.yaml",
        "*",
        "",
    ],
)
def test_nothing_outside_the_site_is_answered(folder: Path, target: str) -> None:
    status, _, body = get(folder, target)
    assert (status, body) == ((404, b"<p>Rien ici</p>") if target else (200, PAGE.encode()))


@pytest.fixture(scope="module")
def connection(folder: Path) -> Iterator[http.client.HTTPConnection]:
    with site_server(folder, 0) as address:
        yield http.client.HTTPConnection(address.split("/")[2], timeout=300)


def test_one_connection_carries_many_requests(connection: http.client.HTTPConnection) -> None:
    sockets = []
    for method, target, status, length in (
        ("GET", "/", 200, len(PAGE.encode())),
        ("HEAD", "/talk.mp3", 200, 2048),
        ("GET", "/nowhere", 404, len("<p>Rien ici</p>")),
        ("GET", "/php", 301, 0),
        ("GET", "/talk.mp3", 200, 2048),
    ):
        connection.request(method, target)
        answer = connection.getresponse()
        assert (answer.version, answer.status) == (11, status)
        assert int(answer.headers["Content-Length"]) == length
        assert len(answer.read()) == (0 if method == "HEAD" else length)
        sockets.append(connection.sock)
    assert len(set(sockets)) == 1
    assert sockets[0] is not None


def test_a_head_tells_of_the_whole_file(connection: http.client.HTTPConnection) -> None:
    connection.request("HEAD", "/talk.mp3", headers={"Range": "bytes=0-1"})
    answer = connection.getresponse()
    answer.read()
    assert (answer.status, answer.headers["Content-Length"]) == (200, "2048")


def test_what_is_sent_compressed_is_whole(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert zlib.decompress(answer.read(), wbits=31).decode() == PAGE


def test_nothing_can_be_written(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/", body=b"x=1")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 501
