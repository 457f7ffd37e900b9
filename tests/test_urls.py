from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from planet import urls

pieces = st.lists(
    st.sampled_from(
        ["http://", "https://", "HTTPS://", "www.", "h.example", "H.Example", ":80", ":443", ":8080", "/", "//", "a", "B.html", "index.php",
         "..", ".", "?", "a=1", "&", "b=2", "utm_source=x", "#", "#!x", "é", "%C3%A9", "%", " ", "\n", "\x00", "\\", "@", "u:p@", "[::1]", "[", "\u202e",
         "\ud800", '"', "<", "javascript:", "//evil.example", "xn--caf-dma"]
    ),
    max_size=8,
).map("".join)  # fmt: skip
anything = st.one_of(pieces, st.text(max_size=60))


@pytest.mark.parametrize(
    ("url", "base", "meant"),
    [
        ("https://h.example/a", "", "https://h.example/a"),
        (" https://h.example/a\n", "", "https://h.example/a"),
        ("b?c#d", "https://h.example/a/", "https://h.example/a/b?c#d"),
        ("/b", "https://h.example:8443/a/", "https://h.example:8443/b"),
        ("//other.example/b", "https://h.example/", "https://other.example/b"),
        ("../b", "https://h.example/a/c", "https://h.example/b"),
        ("https://h.example/a b", "", "https://h.example/a%20b"),
        ('https://h.example/"<b>', "", "https://h.example/%22%3Cb%3E"),
        ("https://h.example/\u202egpj.exe", "", "https://h.example/%E2%80%AEgpj.exe"),
        ("https://exämple.org/é", "", "https://exämple.org/é"),
        ("http://[::1]/", "", "http://[::1]/"),
    ],
)
def test_a_link_is_absolute(url: str, base: str, meant: str) -> None:
    assert urls.http_url(url, base) == meant


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "/relative",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://h.example/",
        "https://",
        "https:///path",
        "https://user:secret@h.example/",
        "https://bank.example@evil.example/",
        "https://h.example\\@evil.example/",
        "https://h.example/\x00",
        "https://h.example/\x85x",
        "https://h.example/\ud800",
        "http://[::1",
        "http://h.example:99999/",
        "http://h.example:port/",
        "https://h.example/" + "x" * 2000,
    ],
)
def test_what_must_not_be_linked_is_no_link(url: str) -> None:
    assert urls.http_url(url) == ""


@given(anything, anything)
def test_a_link_is_fit_for_an_attribute_whatever_it_was_made_of(url: str, base: str) -> None:
    made = urls.http_url(url, base)
    assert made == "" or made.lower().startswith(("http://", "https://"))
    assert not set(made) & set(' "<>\\\n\r\t\x00\u202e\ud800')
    assert urls.http_url(made) == made


@given(anything)
def test_nothing_raises_whatever_the_address(url: str) -> None:
    for function in (
        urls.canonical_key,
        urls.without_tracking,
        urls.feed_key,
        urls.redacted,
        urls.host,
        urls.origin,
    ):
        assert isinstance(function(url), str)


@given(anything)
def test_doing_it_twice_changes_nothing(url: str) -> None:
    for function in (urls.without_tracking, urls.feed_key, urls.redacted):
        assert function(function(url)) == function(url)


@given(anything)
def test_no_secret_is_left_in_what_is_stored_or_logged(path: str) -> None:
    for url in (f"https://user:s3cr3t@h.example/{path}", f"http://s3cr3t@h.example:8080?{path}"):
        for function in (urls.feed_key, urls.redacted):
            assert "s3cr3t@" not in function(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example/a",
        "http://h.example/a",
        "https://www.h.example/a",
        "https://WWW.H.Example/a",
        "https://h.example:443/a",
        "https://h.example/a/",
        "https://h.example/a.html",
        "https://h.example/a.htm",
        "https://h.example/a/index.html",
        "https://h.example/a/index.php",
        "https://h.example/a#more",
        "https://h.example/a?utm_source=rss&utm_medium=feed",
        "https://h.example/a?fbclid=x&mc_cid=y&xtor=z",
        " https://h.example/a ",
    ],
)
def test_spellings_of_one_page_have_one_key(url: str) -> None:
    assert urls.canonical_key(url) == "h.example/a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h.example/a", "https://h.example/b"),
        ("https://h.example/A", "https://h.example/a"),
        ("https://h.example/a?p=1", "https://h.example/a?p=2"),
        ("https://h.example/a", "https://h.example:8080/a"),
        ("https://h.example/a", "https://blog.h.example/a"),
        ("https://h.example/#!/a", "https://h.example/#!/b"),
        ("https://h.example/a?ref=1", "https://h.example/a?ref=2"),
    ],
)
def test_pages_that_may_differ_have_two_keys(one: str, other: str) -> None:
    assert urls.canonical_key(one) != urls.canonical_key(other)


def test_the_order_of_a_query_does_not_matter_to_the_key() -> None:
    assert urls.canonical_key("https://h.example/?b=2&a=1") == urls.canonical_key("https://h.example?a=1&b=2")


@given(
    st.lists(st.sampled_from(["a", "B", "-", ".", "_", "~", "/", "index.html", "x.html", "#", "1"]), max_size=8).map(
        "".join
    )
)
def test_the_short_way_to_a_key_ends_where_the_long_one_does(path: str) -> None:
    url = f"https://www.h.example/{path}"
    long_way = urls.canonical_key(
        canonicalize_url(url, keep_fragments=True) + "?utm_source=x" if "#" not in url else url
    )
    assert urls.canonical_key(url) == long_way


def test_tracking_goes_and_the_rest_keeps_its_order_and_spelling() -> None:
    assert (
        urls.without_tracking("https://h.example/?z=%c3%a9&utm_source=rss&a&UTM_Medium=x&gclid=1&b=#f")
        == "https://h.example/?z=%c3%a9&a&b=#f"
    )
    assert urls.without_tracking("https://h.example/?reference=1&pklist=2") == "https://h.example/?reference=1&pklist=2"


def test_spellings_of_one_feed_have_one_key_and_other_feeds_another() -> None:
    written = ["http://H.example:80/f", " http://h.example/f ", "HTTP://h.example/f#x"]
    assert {urls.feed_key(url) for url in written} == {"http://h.example/f"}
    assert urls.feed_key("https://h.example/f") == "https://h.example/f"
    assert urls.feed_key("feeds/local.xml") == "feeds/local.xml"
    assert urls.feed_key("http://[::1]:8000/f") == "http://[::1]:8000/f"


def test_host_and_origin() -> None:
    assert (urls.host("https://www.H.example:8080/x"), urls.host("nothing"), urls.host("http://[::1")) == (
        "h.example",
        "",
        "",
    )
    assert urls.origin("https://h.example/x") == "https://h.example:443"
    assert urls.origin("http://h.example:8080/x") == "http://h.example:8080"
    assert urls.origin("mailto:a@b.example") == ""
