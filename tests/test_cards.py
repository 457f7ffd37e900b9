"""Pictures for social networks."""

from __future__ import annotations

import io

import pytest

from planet.render import cards
from tests.support.editions import edition, story
from tests.support.pages import made, page

Image = pytest.importorskip("PIL.Image")
pytestmark = pytest.mark.skipif(not cards.available(), reason="no font of a usual system is here")


def test_a_card_has_the_size_that_networks_ask_for_and_says_the_name() -> None:
    first = Image.open(io.BytesIO(cards.card("Évènements", "Une ligne", None)))
    assert first.size == (1200, 630)
    assert cards.card("Évènements", "Une ligne", None) == cards.card("Évènements", "Une ligne", None)
    assert cards.card("Autre", "Une ligne", None) != cards.card("Évènements", "Une ligne", None)
    assert cards.card("mot " * 200, "ligne " * 200, 245)


def test_pages_name_the_card_of_their_technology() -> None:
    of = edition([story(1, technologies=("php",))])
    head = page(of, "php/index.html", theme="base").css_first('meta[property="og:image"]')
    assert head.attributes["content"] == "https://planet.example/static/cards/php.png"
    site = made(of, "base")
    assert {"static/cards/php.png", "static/cards/planet.png", "favicon.ico", "static/site.webmanifest"} <= site.keys()
    assert page(of, theme="base").css_first('meta[property="og:image:alt"]').attributes["content"] == "Planet Exemple"
