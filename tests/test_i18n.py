"""Languages: sentences, dates, and catalogues that hold all there is to say."""

from __future__ import annotations

import ast
import gettext
import io
import os
import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from planet import config
from planet.errors import ConfigError
from planet.i18n import Translator, _compiled, compile_catalogue, languages
from planet.locale import extract
from planet.model import Message

ROOT = Path(__file__).parent.parent
EVENING = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def found() -> Catalog:
    """Every sentence of the package and the themes."""
    return extract.template(ROOT / "themes")


def catalogue(language: str) -> Catalog:
    path = extract.LOCALE / language / "LC_MESSAGES" / "planet.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def holes(text: str) -> set[str]:
    """The names that a sentence fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} | set(re.findall(r"%\((\w+)\)", text))


TRANSLATED = tuple(language for language in languages() if language != "en")


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_is_read_as_babel_reads_it(language: str) -> None:
    translator = Translator(language)
    for message in catalogue(language):
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, tuple):
            one, many = message.id
            assert {translator.ngettext(one, many, count) for count in (0, 1, 2, 5)} <= set(message.string) | {
                one,
                many,
            }
            assert translator.ngettext(one, many, 5) == (message.string[-1] or many)
        else:
            assert translator.gettext(message.id) == (message.string or message.id)


def test_fuzzy_and_untranslated_sentences_are_none_and_a_tab_is_a_character() -> None:
    text = (
        'msgid ""\nmsgstr "Language: oc\\nContent-Type: text/plain; charset=utf-8\\n"\n#: a.py\n#, fuzzy\nmsgid "Old"\nmsgstr "Vièlh"\n'
        'msgid "New"\nmsgstr ""\n#~ msgid "Gone"\n#~ msgstr "Partit"\nmsgid ""\n"Two "\n"lines\\n"\nmsgstr ""\n"Doas\t"\n"linhas\\n"\n'
    )
    catalogue = gettext.GNUTranslations(io.BytesIO(compile_catalogue(text.encode())))
    sentences = ("Old", "New", "Gone", "Two lines\n")
    assert [catalogue.gettext(sentence) for sentence in sentences] == ["Old", "New", "Gone", "Doas\tlinhas\n"]


def test_a_catalogue_is_compiled_when_it_is_new_and_read_as_it_is_afterwards(tmp_path: Path) -> None:
    source = tmp_path / "planet.po"
    target = tmp_path / "planet.mo"
    assert _compiled(source) == b""
    source.write_bytes((extract.LOCALE / "fr" / "LC_MESSAGES" / "planet.po").read_bytes())
    compiled = _compiled(source)
    assert target.read_bytes() == compiled == compile_catalogue(source.read_bytes())
    source.write_bytes(source.read_bytes() + b'\nmsgid "Only here"\nmsgstr "Seulement ici"\n')
    os.utime(target, ns=(0, 0))
    assert b"Seulement ici" in _compiled(source)
    source.unlink()  # as in a wheel
    assert b"Seulement ici" in _compiled(source)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["planet.mo"]


def test_four_languages_ship() -> None:
    assert languages() == ("de", "en", "es", "fr")


def test_dates_are_told_in_the_time_zone_of_the_planet() -> None:
    t = Translator("fr", "Europe/Paris")
    assert t.date(EVENING) == "24 novembre 2026"
    assert t.day(t.day_of(EVENING)) == "mardi 24 novembre 2026"
    assert t.time(EVENING) == "00:30"
    assert t.month(EVENING) == "novembre 2026"
    assert t.moment(EVENING) == "24 novembre 2026 à 00:30"
    assert Translator("en", "America/New_York").date(EVENING) == "November 23, 2026"


def test_french_counts_the_first_day_of_a_month() -> None:
    t = Translator("fr")
    assert t.date(date(2026, 12, 1)) == "1er décembre 2026"
    assert t.day(date(2026, 12, 1)) == "mardi 1er décembre 2026"
    assert t.date(date(2026, 12, 11)) == "11 décembre 2026"
    assert t.date(date(2026, 12, 1), "short") == "01/12/2026"


def test_the_hour_is_told_where_one_is_known() -> None:
    t = Translator("fr", "Europe/Paris")
    assert t.has_time(EVENING)
    assert not t.has_time(datetime(2026, 11, 23, 23, 0, tzinfo=UTC))  # midnight there
    assert not t.has_time(datetime(2026, 11, 23, tzinfo=UTC))  # midnight as written
    assert not t.has_time(date(2026, 11, 23))


def test_a_message_is_translated_and_filled_in() -> None:
    message = Message.of("{date} at {time}", date="lundi", time="8 h")
    assert Translator("fr").say(message) == "lundi à 8 h"
    assert Translator("en").say(message) == "lundi at 8 h"
    assert Translator("fr").say(Message.of("nobody wrote this")) == "nobody wrote this"


def test_numbers_agree() -> None:
    message = Message.counted("{count} source", "{count} sources", count=0)
    counts = (0, 1, 2)
    said = {
        language: [Translator(language).say(message.filled(count=n)) for n in counts] for language in ("en", "fr", "de")
    }
    assert said == {
        "en": ["0 sources", "1 source", "2 sources"],
        "fr": ["0 source", "1 source", "2 sources"],
        "de": ["0 Quellen", "1 Quelle", "2 Quellen"],
    }
    assert [str(message.filled(count=n)) for n in counts] == said["en"]


_COUNTED = re.compile(r"\{count\}(?: of \w+)? (?:more |newer |other |stored )*(?:\w+s\b|are\b|have\b)")
ALWAYS_MANY = (
    "[{section}] stands there {count} times",
    "the calendar holds {count} events",
    "{count} entries came under ids",
    "{count} events name one page",
    "{count} of its tags and words",
    "{count} stories",  # the script has another sentence for one
    "repeats very often: only {count} of its dates",
)
"""Sentences that are said of several only."""


def test_a_sentence_that_counts_has_a_form_for_one(found: Catalog) -> None:
    single = [message.id for message in found if isinstance(message.id, str) and _COUNTED.search(message.id)]
    assert [sentence for sentence in single if not any(many in sentence for many in ALWAYS_MANY)] == []


def test_a_message_may_hold_braces_and_percents() -> None:
    odd = "https://x.example/{a}%20%(b)s"
    assert odd in Translator("fr").say(Message.of("{name}, page {number}", name=odd, number=2))
    assert Translator("fr").say(Message.of("100 % {literal}")) == "100 % {literal}"


def test_a_regional_language_uses_its_language() -> None:
    assert Translator("fr-CA").gettext("Home") == "Accueil"
    assert Translator("fr-CA").ngettext("%(num)s story", "%(num)s stories", 2) == "%(num)s billets"


def test_a_language_without_a_catalogue_speaks_english_with_its_own_dates() -> None:
    t = Translator("it", "Europe/Rome")
    assert t.gettext("Home") == "Home"
    assert t.month(EVENING) == "novembre 2026"
    assert Translator("tlh").date(EVENING) == "November 23, 2026"


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_language_says_everything(found: Catalog, language: str) -> None:
    told = {message.id for message in catalogue(language) if message.id and _complete(message.string)}
    missing = [message.id for message in found if message.id and message.id not in told]
    assert not missing, "run `make messages`, then translate: " + "\n".join(map(str, missing))


def _complete(translation: object) -> bool:
    return all(translation) if isinstance(translation, tuple | list) else bool(translation)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_stale(found: Catalog, language: str) -> None:
    known = {message.id for message in found}
    stale = [message.id for message in catalogue(language) if message.id and message.id not in known]
    assert not stale, "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_fill_in_what_the_sentence_fills_in(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for one, text in zip(ids, strings, strict=True):
            assert holes(text) <= holes(one) | holes(ids[-1]), message.id
            assert holes(ids[-1]) - holes(strings[-1]) == set(), message.id


def test_french_has_its_own_typography() -> None:
    for message in catalogue("fr"):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in strings if message.id else ():
            prose = re.sub(r"`[^`]*`", "", text)
            assert not re.search(r"[ \w»)][ ]?(?<![\u202f\u00a0])[;!?](?!\w)", prose), text
            assert not re.search(r"[ \w»)](?<!\u00a0):(?=\s|$)", prose), text
            assert '"' not in prose, text
            assert not re.search(r"\w'\w", prose), text
            assert not re.search("« |[^\u00a0] »|[^\u00a0]»", prose), text


def test_every_message_is_written_where_it_is_found(found: Catalog) -> None:
    """`Message.of` with a name, an f-string, or inside the arguments of another cannot be collected, so nobody would translate it."""
    for path in sorted((ROOT / "planet").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) in {"Message.of", "InvalidValueError"}):
                continue
            first = node.args[0]
            if isinstance(first, ast.Attribute) and first.attr == "text":
                continue  # the words of another message, filled in again
            assert isinstance(first, ast.Constant), f"{path}:{node.lineno}"
            assert isinstance(first.value, str), f"{path}:{node.lineno}"
            assert first.value in found, f"{path}:{node.lineno}"


def test_a_third_language_is_a_file_away(tmp_path: Path, found: Catalog) -> None:
    path = tmp_path / "oc" / "LC_MESSAGES" / "planet.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr ""\n"Language: oc\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\nmsgid "Home"\nmsgstr "Acuèlh"\n\nmsgid "Old"\nmsgstr "Vièlh"\n',
        "utf-8",
    )
    path.write_bytes(extract.update(path, found))
    made = read_po(io.BytesIO(path.read_bytes()), locale="oc")
    assert made.get("Home").string == "Acuèlh"
    assert made.get("Old") is None
    assert len(made) == len(found)


@pytest.mark.parametrize(
    ("tag", "direction"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("ar-Latn", "ltr"), ("az-Arab-IR", "rtl"), ("fr", "ltr"), ("", "ltr")],
)
def test_a_language_is_written_in_one_direction(tag: str, direction: str) -> None:
    assert Translator("fr", "UTC").direction(tag) == direction


def test_a_planet_brings_a_third_language_or_other_words_of_its_own(tmp_path: Path) -> None:
    head = "planet:\n  title: A\n  url: https://a.example/\n  language: {}\n"
    path = tmp_path / "feeds.yaml"
    path.write_text(head.format("oc"), "utf-8")
    with pytest.raises(ConfigError, match=r"locale/oc/LC_MESSAGES/planet\.po"):
        config.load(path)
    for language, home in (("oc", "Acuèlh"), ("fr", "Vestibule")):
        catalogue = tmp_path / "locale" / language / "LC_MESSAGES" / "planet.po"
        catalogue.parent.mkdir(parents=True)
        catalogue.write_text(
            f'msgid ""\nmsgstr "Language: {language}\\nContent-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Home"\nmsgstr "{home}"\n',
            "utf-8",
        )
        path.write_text(head.format(language), "utf-8")
        site = config.load(path, keep=True).site
        translator = Translator(site.language, site.timezone, site.catalogue)
        assert translator.gettext("Home") == home
        assert translator.gettext("Search") == {"oc": "Search", "fr": Translator("fr").gettext("Search")}[language]
        if language == "fr":  # other words may come with the theme, too
            theme = tmp_path / "themes" / "mine"
            theme.mkdir(parents=True)
            (theme / "theme.toml").write_text('extends = "base"\n', "utf-8")
            catalogue.parent.parent.parent.rename(theme / "locale")
            path.write_text(head.format(language) + "  theme: mine\n", "utf-8")
            site = config.load(path, keep=True).site
            assert Translator(site.language, site.timezone, site.catalogue).gettext("Home") == home
            catalogue = theme / catalogue.relative_to(tmp_path)
        before = site.catalogue_rev
        catalogue.write_text(catalogue.read_text("utf-8").replace(home, f"{home}!"), "utf-8")
        assert config.load(path, keep=True).site.catalogue_rev != before
