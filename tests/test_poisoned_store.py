"""Whatever a stored value holds, it costs that value: the rest is published, and nothing of it moves a cursor."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.poison import CONTROL, Poisoned, document
from tests.support.world import World, item


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poisoned]:
    with World(tmp_path_factory.mktemp("poisoned")) as world:
        yield Poisoned(world)


@pytest.mark.parametrize("seed", [11, 106, 762, 959])
def test_a_stored_value_that_cannot_be_used_costs_that_value_alone(planet: Poisoned, seed: int) -> None:
    planet.try_once(seed)


ESCAPES = "\x1b]0;pris\x07\x9b2J\u202eesrevni\u2066"
MOVES_A_CURSOR = "\x1b[2J\x9b2J"
"""A text of many words may run backwards: it stands in an element of its own."""
LEADS_ELSEWHERE = "javascript:alert(1)"
EARLIER = (
    "UPDATE entries SET title = :escapes || title, id = :escapes || id, link = :elsewhere WHERE entry_id = 3",
    "UPDATE bodies SET text = :moves || text, html = :moves || html, summary = :escapes",
    "UPDATE bodies SET details = json_set(details, '$.authors', json_array(json_object('name', :escapes, 'url', :elsewhere)), '$.tags', json_array(:escapes), '$.image', :elsewhere, '$.comments', :elsewhere, '$.enclosures', json_array(json_object('url', :elsewhere, 'type', '', 'length', NULL, 'title', '')))",
    "UPDATE bodies SET html = '<p onclick=alert(1)>Texte</p><img src=x onerror=alert(1)><script>alert(1)</script>' || html WHERE entry_id = 4",
    "UPDATE stories SET technologies = json_array(:escapes, 'php') WHERE story_id = 5",
    "UPDATE feeds SET title = :escapes, link = :elsewhere, language = :escapes",
    "UPDATE feeds SET state = json_set(state, '$.warnings', json_array(json_object('text', :escapes || '{x}', 'params', json_array(json_array('y', :escapes)))))",
    "UPDATE events SET data = json_set(data, '$.data.title', :escapes || 'Soirée', '$.data.location', :escapes, '$.data.url', :elsewhere, '$.data.organizer', :escapes, '$.slug', '../../' || :escapes)",
)  # fmt: skip


def test_no_escape_sequence_and_no_other_link_that_an_earlier_version_stored_reaches_anybody(planet: Poisoned) -> None:
    planet.restore()
    with closing(sqlite3.connect(planet.database, isolation_level=None)) as connection:
        for statement in EARLIER:
            connection.execute(statement, {"escapes": ESCAPES, "moves": MOVES_A_CURSOR, "elsewhere": LEADS_ELSEWHERE})
        connection.execute("UPDATE stories SET rev = 'x' || rev")
    result = planet.world.run("--no-fetch", now="2026-11-23T12:00:00Z")
    assert result.code == 0, result.err
    printed = [result] + [
        planet.world.planet(*command)
        for command in (("status",), ("status", "--json"), ("entries",), ("entries", "--json", "--full"), ("events",), ("events", "--json"), ("explain", "https://a.example/5"))
    ]  # fmt: skip
    texts = [text for result in printed for text in (result.out, result.err)]
    texts += [path.read_text("utf-8") for path in published(planet.world.output)]
    shown = "\n".join(texts)
    assert "Billet 5" in shown
    assert "Soirée" in shown
    assert [shown[match.start() - 60 : match.end() + 20] for match in CONTROL.finditer(shown)] == []
    assert LEADS_ELSEWHERE not in shown
    assert "alert(1)" not in shown


def published(output: Path) -> list[Path]:
    return [path for path in output.rglob("*") if path.suffix in {".html", ".xml", ".json", ".ics", ".opml", ".txt"}]


def test_a_failing_index_is_said_and_all_else_is_published(planet: Poisoned, monkeypatch: pytest.MonkeyPatch) -> None:
    planet.restore()
    new = item("Neuf", "https://a.example/neuf", "Mon, 23 Nov 2026 07:00:00 GMT")
    planet.world.serve("/a.xml", document(new))
    with monkeypatch.context() as broken:
        broken.setattr(import_module("planet.render.search.index"), "MAX_TEXT", "no number")
        result = planet.world.run("--force", now="2026-11-23T12:00:00Z")
        assert result.code == 1
        assert "search/" in result.err
        assert planet.world.run("--force", now="2026-11-23T13:00:00Z").err == ""  # said once a day
    assert "Neuf" in (planet.world.output / "index.html").read_text("utf-8")
    assert planet.world.run("--force", now="2026-11-23T14:00:00Z").code == 0
