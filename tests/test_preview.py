"""A look at what would be, before it is public: `planet run --dry-run`, with --output and --theme."""

from __future__ import annotations

from pathlib import Path

from tests.support.world import World, item, rss


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_preview_lies_elsewhere_and_changes_nothing(world: World) -> None:
    world.serve("/a.xml", rss(item("Un", "https://a.example.org/1")))
    world.configure(members=[{"name": "Ada", "feeds": [world.url("/a.xml")]}])
    world.run()
    world.serve("/a.xml", rss(item("Deux", "https://a.example.org/2"), item("Un", "https://a.example.org/1")))
    theme = world.folder / "themes" / "essai"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('extends = "base"\n', "utf-8")
    (theme / "footer.html").write_text("", "utf-8")
    before = contents(world.folder)

    result = world.run("--dry-run", "--output", "apercu", "--theme", "essai")
    assert result.code == 0, result.err
    assert "Ada" in result.out
    assert "Deux" in result.out
    assert "Un" not in result.out.replace("Une", "")
    assert "Deux" in (world.folder / "apercu" / "index.html").read_text("utf-8")
    assert {name: data for name, data in contents(world.folder).items() if not name.startswith("apercu/")} == before
    assert (world.folder / "apercu" / "index.html").read_bytes() != (world.output / "index.html").read_bytes()

    assert "Deux" in world.run("--dry-run").out, "named without a terminal, too"
    assert world.run("--dry-run", "-q").out == ""
    for arguments, fault in (
        (("--output", "apercu"), "--dry-run"),
        (("--dry-run", "--theme", "essai"), "--dry-run"),
        (("--dry-run", "--output", "."), "feeds.yaml"),
        (("--dry-run", "--output", "output"), "output"),
        (("--dry-run", "--output", "x", "--theme", "rien"), "essai"),
    ):
        wrong = world.run(*arguments)
        assert (wrong.code, fault in wrong.err) == (2, True), arguments
    assert not (world.folder / "x").exists()
