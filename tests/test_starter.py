"""What `planet new` leaves: each file does on a machine what it says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from planet import config
from planet.cli import COMMANDS
from planet.subscriptions import new
from planet.themes import find

PROGRAM = (sys.executable, "-m", "planet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new planet in a folder whose name cron and shells would stumble over."""
    made = tmp_path_factory.mktemp("planets") / "100% l'asso"
    new(made, title="Planet Dublin", url="https://planet.example.org/", language="en", program=PROGRAM)
    return made


def test_the_theme_is_the_planets_own_and_neutral(folder: Path) -> None:
    made = config.load(folder / "feeds.yaml")
    assert made.site.theme == "planet-dublin"
    theme = find(made.site.theme, folder)
    assert theme == folder / "themes" / "planet-dublin"
    assert 'extends = "base"' in (theme / "theme.toml").read_text("utf-8")
    assert "Clermont" not in "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.name != "feeds.schema.json")  # fmt: skip


def test_no_mark_is_left_unfilled(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert not re.search(
                r"@(title|url|language|theme|folder|output|host|cron|exec)@", path.read_text("utf-8")
            ), path


def test_the_line_of_the_crontab_runs_without_any_environment(folder: Path) -> None:
    (line,) = [
        line for line in (folder / "deploy" / "crontab").read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    command = line.split(maxsplit=5)[5]
    done = subprocess.run(
        ["env", "-i", f"PYTHONPATH={Path(__file__).parent.parent}", "/bin/sh", "-c", command.replace(r"\%", "%")],  # as cron does
        capture_output=True, text=True, check=False, cwd="/", timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "output" / "index.html").exists()


def test_the_units_are_accepted_and_keep_the_planet_in_its_folder(tmp_path: Path) -> None:
    plain = tmp_path / "planet"
    new(plain, title="A", url="https://planet.example.org/", language="en", program=PROGRAM)
    unit = (plain / "deploy" / "planet.service").read_text("utf-8")
    keys = {
        line.partition("=")[0]: line.partition("=")[2]
        for line in unit.splitlines()
        if "=" in line and line[0].isalpha()
    }
    assert keys["ReadWritePaths"] == keys["WorkingDirectory"] == str(plain)
    assert shlex.split(keys["ExecStart"])[-3:] == ["run", "--config", str(plain / "feeds.yaml")]
    assert keys["SuccessExitStatus"] == "3 4"
    analyze = shutil.which("systemd-analyze")
    if analyze:  # not on every machine
        units = [str(plain / "deploy" / name) for name in ("planet.service", "planet.timer")]
        verified = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False, timeout=60)
        assert (verified.returncode, verified.stderr) == (0, "")
        security = subprocess.run(
            [analyze, "security", "--offline=true", units[0]], capture_output=True, text=True, check=False, timeout=60
        )
        exposure = re.search(r"Overall exposure level for planet\.service: ([0-9.]+)", security.stdout)
        assert exposure is None or float(exposure[1]) <= 2.0


def test_the_recipes_of_forges_call_commands_that_there_are(folder: Path) -> None:
    for name in ("github.yml", "gitlab-ci.yml", "forgejo.yml"):
        text = (folder / "deploy" / name).read_text("utf-8")
        assert yaml.safe_load(text), name
        called = set(re.findall(r"(?:^|[|&!]|- |run: )\s*planet ([a-z]+)", text, re.MULTILINE))
        assert {"run", "check", "import", "export"} <= called <= set(COMMANDS), name
        assert "planet-state.json" in text
        shell = re.findall(r"(?:run: |    - )((?:test|planet|rm) .*)", text)
        for line in shell:
            assert subprocess.run(["/bin/sh", "-n", "-c", line], check=False).returncode == 0, line


def test_the_container_is_not_root_and_says_how_it_is(folder: Path) -> None:
    lines = (folder / "deploy" / "Containerfile").read_text("utf-8").splitlines()
    instructions = [line.split()[0] for line in lines if re.match(r"[A-Z]+ ", line)]
    assert instructions[0] == "FROM"
    assert {"USER", "HEALTHCHECK", "ENTRYPOINT"} <= set(instructions)
    assert "USER 10001" in lines


def test_web_servers_know_the_types_of_what_is_published(folder: Path) -> None:
    for name in ("Caddyfile", "nginx.conf"):
        text = (folder / "deploy" / name).read_text("utf-8")
        assert text.count("{") == text.count("}")
        assert str(folder / "output") in text
        for media_type in ("application/atom+xml", "application/rss+xml", "application/feed+json", "text/calendar"):
            assert media_type in text
        assert "404.html" in text
        assert "Access-Control-Allow-Origin" in text
        assert "frame-ancestors 'self'" in text
        assert "/embed/" in text
        assert "/rss20.xml" in text
