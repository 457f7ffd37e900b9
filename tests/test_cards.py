"""Pictures for social networks."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest

from planet.render import cards
from tests.support.editions import SOURCES, edition, event, story
from tests.support.pages import artifacts, made, page

Image = pytest.importorskip("PIL.Image")
AT = datetime(2026, 12, 3, 18, tzinfo=UTC)


def test_a_card_has_the_size_that_networks_ask_for_and_says_the_name() -> None:
    first = Image.open(io.BytesIO(cards.card("Évènements", ("Une ligne",), None)))
    assert first.size == (1200, 630)
    assert cards.card("Évènements", ("Une ligne",), None) == cards.card("Évènements", ("Une ligne",), None)
    assert cards.card("Autre", ("Une ligne",), None) != cards.card("Évènements", ("Une ligne",), None)
    assert cards.card("Évènements", ("Autre",), None) != cards.card("Évènements", ("Une ligne",), None)


def test_no_title_leaves_the_card_however_long() -> None:
    for title in ("mot " * 200, "x" * 3000, "Soirée PHP : mutation des tests, et ce qui reste à dire"):
        picture = Image.open(io.BytesIO(cards.card(title, ("ligne " * 200, "une autre"), 245))).convert("L")
        ground = picture.getpixel((0, 0))
        edges = [picture.crop(box) for box in ((0, 0, 80, 630), (1120, 0, 1200, 630), (0, 0, 1200, 40))]
        assert all(edge.getextrema() == (ground, ground) for edge in edges)


def test_the_font_has_every_character_that_is_drawn() -> None:
    """What it lacks is left out; a title in another script has no card, rather than a row of boxes."""
    drawn = [chr(code) for code in range(0x2300) if re.fullmatch(f"[{cards.DRAWABLE}]", chr(code))]
    for name in (cards.BOLD, cards.REGULAR):
        font = cards._font(name, 20)
        box = bytes(font.getmask("\ue000"))
        assert [character for character in drawn if bytes(font.getmask(character)) == box and character.isalpha()] == []
    assert cards.drawable("Apéro 🎉 de rentrée") == "Apéro de rentrée"
    assert cards.drawable("東京 PHP 勉強会の夕べ") == ""


def test_pages_name_the_card_of_their_technology() -> None:
    of = edition([story(1, technologies=("php",))])
    head = page(of, "php/index.html", theme="base").css_first('meta[property="og:image"]')
    assert head.attributes["content"] == "https://planet.example/static/cards/php.png"
    site = made(of, "base")
    assert {"static/cards/php.png", "static/cards/planet.png", "favicon.ico", "static/site.webmanifest"} <= site.keys()
    assert page(of, theme="base").css_first('meta[property="og:image:alt"]').attributes["content"] == "Planet Exemple"


def test_an_event_has_a_card_of_its_own_at_an_address_that_changes_with_it() -> None:
    def shared(of) -> str:
        return page(of, "events/soiree-php/index.html").css_first('meta[property="og:image"]').attributes["content"]

    first = shared(edition((), [event("Soirée PHP", AT)]))
    assert re.fullmatch(r"https://planet\.example/events/soiree-php/card\.png\?v=\w{8}", first)
    assert shared(edition((), [event("Soirée PHP", AT, text="Un autre texte")], look="another release")) == first
    assert shared(edition((), [event("Soirée PHP", AT, status="cancelled")])) != first
    assert shared(edition((), [event("Soirée PHP", AT.replace(day=4))])) != first
    assert shared(edition((), [event("東京", AT, slug="soiree-php")])) == "https://planet.example/static/card.png"


def test_a_card_is_drawn_again_only_when_its_words_change() -> None:
    def digest(of) -> str:
        return next(file.digest for file in artifacts(of) if file.path == "events/soiree-php/card.png")

    before = digest(edition((), [event("Soirée PHP", AT)]))
    assert digest(edition([story(1)], [event("Soirée PHP", AT, stories=(1,))], look="another release")) == before
    assert digest(edition((), [event("Soirée PHP", AT, by=SOURCES[3])])) != before
