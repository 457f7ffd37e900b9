"""Files of other programs cost a sentence, whatever their size and depth."""

from __future__ import annotations

import pytest

from planet.cli import subscriptions
from tests.support.world import World

DEEP = 50_000
ENTITIES = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
HOSTILE = {
    "deep.opml": "<opml><body>" + "<outline>" * DEEP,
    "bomb.opml": f"<!DOCTYPE o [<!ENTITY a 'xxxxxxxxxx'>{ENTITIES}]><opml><body><outline text='&j;'/></body></opml>",
    "deep.toml": "[mercury]\nfeed = " + "[" * DEEP,
    "deep.ini": "[Planet]\nname = x\n[DEFAULT]\nfilter = " + "(" * DEEP + "\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_list_that_nests_or_swells_costs_a_sentence(world: World, name: str) -> None:
    world.configure()
    (world.folder / name).write_text(HOSTILE[name])
    before = (world.folder / "feeds.yaml").read_bytes()
    result = world.planet("import", name)
    assert result.code in {0, 2}
    assert "Traceback" not in result.err
    assert result.err.strip()
    assert (world.folder / "feeds.yaml").read_bytes() == before


def test_a_list_beyond_all_size_is_not_even_read(world: World) -> None:
    """A sparse file: gigabytes that nobody wrote."""
    world.configure()
    with (world.folder / "huge.opml").open("wb") as file:
        file.truncate(1000 * subscriptions.MAX_LIST)
    assert world.planet("import", "huge.opml").code == 2


@pytest.mark.parametrize("text", ["[" * DEEP, '{"format": "planet-state/1"', "9" * 5000, "{}", "null", '"\\ud800"'])
def test_a_state_file_that_is_none_costs_a_sentence(world: World, text: str) -> None:
    world.configure()
    (world.folder / "state.json").write_text(text)
    result = world.planet("import", "--state", "state.json")
    assert result.code == 2
    assert "Traceback" not in result.err
    assert result.err.strip()
