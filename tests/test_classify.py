from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet import catalogue
from planet.classify import Classifier, scores
from planet.classify.filters import CompiledFilter, Pattern, subject, url_pattern
from planet.classify.vocabulary import Vocabulary
from planet.classify.words import Text
from planet.config import load
from planet.model import Classification, Config, Entry, FeedConfig, Filter, Person, Site, Source, Technology
from planet.text import fold
from planet.urls import canonical_key
from tests.support.effort import examples
from tests.support.safe import safe

KEY = "https://ada.example/feed"
PHP = Technology(
    slug="php",
    name="PHP",
    tags=("php", "Symfony", "c++"),
    words=("PHP", "Symfony"),
    everyday=("Composer",),
    homes=("php.net", "packagist.org"),
    code=("php",),
)
JS = Technology(
    slug="js", name="JavaScript", tags=("js", "node"), words=("JavaScript", "*JS"), everyday=("Node", "React")
)
JAVA = Technology(slug="java", name="Java", tags=("java",), words=("Java", "Java EE"))
GO = Technology(slug="go", name="Go", tags=("go",), everyday=("Go",))
RUST = Technology(slug="rust", name="Rust", tags=("rust",), everyday=("Rust",))
DATA = Technology(slug="data", name="Données", words=("base de données", "IA"))
FILLER = "Un texte qui parle de tout autre chose, longuement, et sans nommer le moindre outil. " * 8


def config(
    *technologies: Technology, hide: tuple[str, ...] = (), sources: tuple[Source, ...] | None = None, **feed: Any
) -> Config:
    """A planet of one member with one feed, `feed` says what is particular of it."""
    ada = Source(kind="member", name="Ada", slug="ada", feeds=(FeedConfig(configured=KEY, url=KEY, key=KEY, **feed),))
    return Config(
        path=Path("feeds.yaml"),
        folder=Path(),
        site=Site(title="P", url="https://planet.example/"),
        technologies=technologies or (PHP, JS, JAVA, GO, RUST, DATA),
        sources=sources if sources is not None else (ada,),
        hide=hide,
    )


def entry(title: str = "Un titre", text: str = "", **fields: Any) -> Entry:
    link = fields.get("link", "https://ada.example/1")
    made: dict[str, Any] = {
        "uid": "u",
        "id": "tag:ada.example,2026:1",
        "position": 0,
        "link": link,
        "link_key": canonical_key(link),
        "title_key": fold(title),
        "text_key": "t",
        "raw_hash": "r",
        "content_hash": "c",
        "title": title,
        "html": safe(text),
        "text": text,
        "summary": "",
    }
    return Entry(**(made | fields))


def place(given: Entry, made: Config | None = None) -> Classification:
    return Classifier(made or config()).classify(given, KEY)


def given_to(title: str = "Un titre", text: str = "", *technologies: Technology, **fields: Any) -> tuple[str, ...]:
    """The technologies of an entry."""
    return place(entry(title, text, **fields), config(*technologies)).technologies


def reasons(classification: Classification) -> Mapping[str, list[tuple[str, str, str, int]]]:
    return {slug: [(r.rule, r.what, r.where, r.score) for r in why] for slug, _, why in classification.scores}


def found(word: str, text: str, *, any_case: bool = False) -> bool:
    everyday = [(word, 0)] if word.lower() in catalogue.everyday() and not any_case else []
    return bool(Vocabulary([] if everyday else [(word, 0)], everyday=everyday, any_case=any_case).find(Text(text)))


# -- words


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("PHP", "du php, encore"),
        ("Java", "l'écosystème Java ?"),
        ("Java", "java parallèle"),
        ("C#", "en C#, puis"),
        ("C++", "(C++)"),
        (".NET", "la plateforme .NET"),
        ("Symfony", "Symfony2 est sorti"),
        ("Node.js", "Node.js 22"),
        ("Go", "Les contextes en Go: à quoi"),
        ("IA", "l'IA et nous"),
        ("IA", "l’IA générative"),
        ("UX", "Atelier UX/UI"),
        ("sécurité", "SECURITE du vote"),
        ("sécurité", "Securité des sites"),
        ("securite", "la sécurité"),
        ("test d'intrusion", "un test d’intrusion"),
        ("base de données", "trois bases de données"),
        ("machine learning", "du machine-learning"),
        ("machine learning", "Machine\nLearning"),
        ("passkey", "Passkeys"),
        ("*JS", "CypressJS et la suite"),
        ("*.js", "avec reveal.js."),
        ("PHP-FPM", "php-fpm"),
        ("Питон", "Изучаем питон вместе"),
        ("nœud", "un nœud du réseau"),
    ],
)
def test_a_word_is_found_whole_in_any_spelling(word: str, text: str) -> None:
    assert found(word, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Java", "JavaScript"),
        ("Java", "Javanais"),
        ("C", "C++ ou C#"),
        ("C", "Objective-C"),
        ("C#", "C#m7"),
        (".NET", "example.net"),
        ("Go", "let's go"),
        ("Go", "16 Go de mémoire"),
        ("Go", "Gopher"),
        ("Rust", "la rust belt rouille"),
        ("Spring", "in spring we code"),
        ("Vue", "une vue d'ensemble"),
        ("Composer", "composer une équipe"),
        ("IA", "ia.txt"),
        ("AI", "j'ai mangé"),
        ("PHP", "https://example.org/php/index"),
        ("React", "how they react"),
        ("*JS", "JS"),
        ("*JS", "les objets jsp"),
        ("base de données", "base et données"),
    ],
)
def test_what_only_looks_like_a_word_is_not_found(word: str, text: str) -> None:
    assert not found(word, text)


def test_a_word_within_a_longer_one_is_not_counted() -> None:
    words = Vocabulary([("Java", 0), ("Java EE", 1), ("données", 2), ("base de données", 3)])
    assert [one.word for one in words.find(Text("Java EE et une base de données, puis Java"))] == [
        "Java EE",
        "base de données",
        "Java",
    ]


@settings(max_examples=examples(200))
@given(st.text(max_size=200), st.text(min_size=1, max_size=12))
def test_any_text_and_any_word_can_be_looked_at(text: str, word: str) -> None:
    for one in Vocabulary([(word, 0), ("*" + word, 1), ("PHP", 2)]).find(Text(text)):
        assert 0 <= one.start < one.end


@settings(max_examples=examples(100))
@given(st.lists(st.sampled_from(["PHP", "php", "JavaScript", "go", "Go", "bla", "Java,", "C++"]), max_size=20))
def test_words_are_what_blanks_and_signs_tell_apart(parts: list[str]) -> None:
    text = " ".join(parts)
    assert found("PHP", text) == any(part.lower() == "php" for part in parts)
    assert found("Go", text) == ("Go" in parts)
    assert found("Java", text) == ("Java," in parts)


# -- weights


def test_a_word_in_the_title_is_enough() -> None:
    assert given_to("Migrer vers Symfony 7") == ("php",)
    assert reasons(place(entry("Migrer vers Symfony 7")))["php"] == [("word", "Symfony", "title", scores.TITLE)]


def test_tags_fold_and_are_enough() -> None:
    for tag in ("PHP", "Symfony", "symfony", "p-h-p", "C++"):
        assert given_to(tags=(tag,)) == ("php",), tag
    assert given_to(tags=("c", "c#", "phpbb")) == ()
    assert reasons(place(entry(tags=("php",))))["php"] == [("tag", "php", "", scores.TAG)]


def test_two_words_in_the_lead_are_enough_and_one_is_beside_another_title() -> None:
    assert given_to("Un titre", "Avec PHP et Symfony, tout ira bien. " + FILLER) == ("php",)
    classification = place(entry("Un service en Rust", "Le service était écrit en PHP. " + FILLER))
    assert classification.technologies == ("rust",)
    assert reasons(classification).get("php", []) == []


def test_a_lone_word_in_the_opening_is_enough_where_nothing_else_is_said() -> None:
    assert given_to("Retour sur la soirée", "Nous avons parlé de Symfony.") == ("php",)
    alone = reasons(place(entry("Retour sur la soirée", "Nous avons parlé de Symfony.")))["php"]
    assert alone == [("word", "Symfony", "lead", scores.LEAD), ("word", "Symfony", "alone", scores.ALONE)]
    assert given_to("Retour sur la soirée", FILLER[:300] + " Nous avons parlé de Symfony.") == ()


def test_an_enumeration_names_nothing() -> None:
    assert given_to("Langages étranges", "On connaît PHP, Java, Rust et JavaScript ; en voici d'autres.") == ()


def test_a_mention_further_down_is_a_near_miss_at_most() -> None:
    classification = place(entry("Un titre", FILLER + "PHP. PHP, PHP ! PHP ? Avec Symfony."))
    assert classification.technologies == ()
    assert {slug: score for slug, score, _ in classification.scores} == {"php": 2 * scores.BODY + 3 * scores.BODY_AGAIN}


def test_more_of_the_same_word_counts_less_and_less() -> None:
    classification = place(entry("Un titre", FILLER + "PHP. " * 50))
    assert classification.scores[0][1] == scores.BODY + 6 * scores.BODY_AGAIN


def test_code_and_links_speak_for_a_technology() -> None:
    code = place(entry("Un titre", FILLER, code=("php", "bash", "json")))
    assert reasons(code)["php"] == [("code", "php", "", scores.CODE)]
    assert code.technologies == ()
    links = (
        "https://packagist.org/packages/a/b",
        "https://www.php.net/manual",
        "https://php.net/x",
        "https://example.org/",
    )
    both = place(entry("Un titre", FILLER, code=("php",), links=links))
    assert both.technologies == ("php",)
    assert [rule for rule, *_ in reasons(both)["php"]] == ["code", "link", "link"]
    assert place(entry("Un titre", FILLER, links=("https://packagist.org.evil.example/", "http://["))).scores == ()


def test_what_a_source_or_a_feed_is_of_its_entries_are() -> None:
    feed = FeedConfig(configured=KEY, url=KEY, key=KEY, technologies=("js",))
    ada = Source(kind="member", name="Ada", slug="ada", technologies=("php",), feeds=(feed,))
    classification = place(entry("Une tarte"), config(sources=(ada,)))
    assert classification.technologies == ("php", "js")
    assert reasons(classification) == {"php": [("source", "php", "", 100)], "js": [("feed", "js", "", 100)]}


def test_technologies_come_in_the_order_of_the_file() -> None:
    assert given_to("Rust, Java et PHP") == ("php", "java", "rust")


def test_include_of_a_technology_adds_and_exclude_wins_over_what_matches() -> None:
    php = Technology(
        slug="php",
        name="PHP",
        words=("PHP",),
        include=Filter(author=("Rasmus",)),
        exclude=Filter(words=("recrutement",)),
    )
    assert given_to("Une tarte", "", php, authors=(Person(name="Rasmus"),)) == ("php",)
    dropped = place(entry("PHP : un recrutement", authors=(Person(name="Rasmus"),)), config(php))
    assert dropped.technologies == ()
    assert [rule for rule, *_ in reasons(dropped)["php"]] == ["word", "include", "exclude"]
    assert place(entry("Une tarte et un recrutement"), config(php)).scores == ()


def test_what_its_source_is_stays_whatever_is_excluded() -> None:
    php = Technology(slug="php", name="PHP", words=("PHP",), exclude=Filter(words=("recrutement",)))
    assert place(entry("PHP : un recrutement"), config(php, technologies=("php",))).technologies == ("php",)


def test_an_entry_without_text_is_read_by_its_summary() -> None:
    assert given_to("Un titre", "", summary="Tout sur Symfony.") == ("php",)


def test_scores_can_be_asked_for_without_an_entry() -> None:
    found = Classifier(config()).score(title="Soirée PHP", text="", tags=["js"], given=[("java", "source")])
    assert [(slug, score) for slug, score, _ in found] == [("php", 100), ("js", 100), ("java", 100)]


# -- who shows it


@pytest.mark.parametrize(
    ("rule", "matching", "other"),
    [
        ({"tags": ("Dév", "php")}, {"tags": ("dev",)}, {"tags": ("devops",)}),
        ({"words": ("code",)}, {"text": "Du Code ici"}, {"text": "encodeur"}),
        ({"words": ("Go",)}, {"title": "let's go"}, {"title": "gogo"}),
        ({"title": "(?i)sponsoris"}, {"title": "Article SPONSORISÉ"}, {"text": "sponsorisé"}),
        (
            {"author": ("Ada Lovelace",)},
            {"authors": (Person(name="ada lovelace"),)},
            {"authors": (Person(name="Ada"),)},
        ),
        ({"language": ("fr",)}, {"language": "fr-CA"}, {"language": "frp"}),
        ({"language": ("fr-CA",)}, {"language": "fr_ca"}, {"language": "fr"}),
    ],
)
def test_each_key_of_a_filter_keeps_and_drops(
    rule: dict[str, Any], matching: dict[str, Any], other: dict[str, Any]
) -> None:
    kept, dropped = config(include=Filter(**rule)), config(exclude=Filter(**rule))
    assert place(entry(**matching), kept).sources == (("ada", KEY),)
    assert place(entry(**other), kept).sources == ()
    assert place(entry(**matching), dropped).sources == ()
    assert place(entry(**other), dropped).sources == (("ada", KEY),)


def test_a_rule_on_addresses_takes_stars_or_a_regular_expression() -> None:
    cases = {
        "https://a.example/perso/*": ("http://www.a.example/perso/2026/x/", "https://a.example/pro/"),
        "*/perso/*": ("https://b.example/perso/x", "https://b.example/impersonal"),
        "^https://a\\.example/\\d{4}/": ("https://a.example/2026/x", "https://a.example/x"),
        "https://a.example/x": ("https://a.example/x/", "https://a.example/x/y"),
    }
    for written, (matching, other) in cases.items():
        pattern = url_pattern(written)
        assert pattern.search(matching), written
        assert not pattern.search(other), written


def test_rules_that_must_hold_together() -> None:
    together = CompiledFilter(Filter(all=(Filter(tags=("php",)), Filter(title="^A"))))
    assert together.match(subject(title="A", text="", tags=["PHP"])) == ("all", "tags: php, title: ^A")
    assert together.match(subject(title="B", text="", tags=["PHP"])) is None
    assert together.match(subject(title="A", text="")) is None


def test_filters_of_planet_source_and_feed_all_count_and_exclude_wins() -> None:
    made = config(include=Filter(tags=("dev",)))
    (source,) = made.sources
    made = replace(
        made,
        site=replace(made.site, include=Filter(language=("fr",)), exclude=Filter(title="Pub")),
        sources=(replace(source, exclude=Filter(url=("*/perso/*",))),),
    )
    classifier = Classifier(made)

    def hidden(**fields: object) -> str:
        return classifier.classify(entry(**{"tags": ("dev",), "language": "fr", **fields}), KEY).hidden

    assert hidden() == ""
    assert hidden(tags=()) == "include: nothing of it matches"
    assert hidden(language="en") == "include: nothing of it matches"
    assert hidden(title="Pub", language="en") == "exclude: title: Pub"
    assert hidden(link="https://a.example/perso/x") == "exclude: url: */perso/*"


def test_a_regular_expression_that_never_ends_is_left_out() -> None:
    pattern = Pattern("(a+)+$")
    assert pattern.search("aaa")
    assert not pattern.search("a" * 5000 + "!")
    assert not pattern.search("aaa")


def test_any_key_keeps_and_exclude_wins_over_include() -> None:
    made = config(include=Filter(tags=("dev",), words=("code",)), exclude=Filter(title="pub"))
    assert place(entry(tags=("dev",)), made).sources
    assert place(entry(text="du code"), made).sources
    hidden = place(entry("pub", tags=("dev",)), made)
    assert hidden.sources == ()
    assert hidden.hidden == "exclude: title: pub"
    assert place(entry("autre"), made).hidden == "include: nothing of it matches"


@pytest.mark.parametrize(
    "hide",
    [
        "https://ada.example/1",
        "http://www.ada.example/1.html",
        "https://ada.example/1/?utm_source=x",
        "tag:ada.example,2026:1",
    ],
)
def test_what_hide_names_in_any_spelling_is_shown_by_no_one(hide: str) -> None:
    hidden = place(entry(), config(hide=(hide,)))
    assert hidden.sources == ()
    assert hidden.hidden == f"hide: {hide}"


def test_hide_means_one_entry_and_not_its_neighbours() -> None:
    assert place(entry(link="https://ada.example/12"), config(hide=("https://ada.example/1",))).sources
    assert place(entry(id="", link=""), config(hide=("",))).sources


def test_a_feed_of_two_sources_passes_the_filters_of_each() -> None:
    def source(slug: str, **feed: Any) -> Source:
        return Source(kind="member", name=slug, slug=slug, technologies=("js",) if slug == "bob" else (), feeds=(FeedConfig(configured=KEY, url=KEY, key=KEY, **feed),))  # fmt: skip

    made = config(sources=(source("ada"), source("bob", include=Filter(tags=("dev",)))))
    assert place(entry(), made).sources == (("ada", KEY),)
    assert place(entry(), made).technologies == ()
    both = place(entry(tags=("dev",)), made)
    assert both.sources == (("ada", KEY), ("bob", KEY))
    assert both.technologies == ("js",)


def test_a_feed_that_left_the_file_is_shown_by_no_one() -> None:
    gone = Classifier(config()).classify(entry(), "https://gone.example/feed")
    assert gone.sources == ()
    assert gone.hidden.startswith("source")


def test_a_classifier_can_be_sent_to_another_process() -> None:
    classifier = Classifier(config(exclude=Filter(title="x")))
    assert pickle.loads(pickle.dumps(classifier)).classify(entry("Symfony"), KEY) == classifier.classify(
        entry("Symfony"), KEY
    )


# -- the lists that ship


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return Classifier(load(Path(__file__).parent.parent / "feeds.yaml"))


def slugs(classifier: Classifier, title: str, text: str = "", tags: tuple[str, ...] = ()) -> set[str]:
    return {slug for slug, score, _ in classifier.score(title=title, text=text, tags=tags) if score >= scores.THRESHOLD}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Découvrir Laravel 12", {"php"}),
        ("Des tests avec VitestJS", {"js"}),
        ("Un ORM pour FastAPI", {"python"}),
        ("Mettre à jour Rails sans peur", {"ruby"}),
        ("Threads virtuels dans la JVM", {"java"}),
        ("Du C# au Blazor", {"dotnet"}),
        ("Écrire une CLI en Go", {"go"}),
        ("Pourquoi Rust ?", {"rust"}),
        ("Publier une application mobile", {"mobile"}),
        ("Index partiels avec PostgreSQL", {"data"}),
        ("Kubernetes pour les humains", {"devops"}),
        ("Mots de passe : la fin ?", {"security"}),
        ("Un capteur LoRaWAN à 10 euros", {"iot"}),
        ("Grilles CSS", {"web"}),
        ("Let's go to the beach", set()),
        ("Composer avec le télétravail", set()),
        ("Une vue d'ensemble au printemps", set()),
        ("16 Go de mémoire", set()),
        ("Bien relire du code", set()),
    ],
)
def test_the_lists_that_ship_know_their_technologies(shipped: Classifier, title: str, expected: set[str]) -> None:
    assert slugs(shipped, title) == expected


def test_javascript_is_not_java_and_rouille_is_not_rust(shipped: Classifier) -> None:
    assert slugs(shipped, "Introduction à JavaScript") == {"js"}
    assert slugs(shipped, "De la rouille sur mon vélo") == set()
    assert slugs(shipped, "Titre", tags=("javascript",)) == {"js"}


def test_an_entry_can_be_of_several_technologies(shipped: Classifier) -> None:
    assert slugs(shipped, "Déployer Symfony avec Docker") == {"php", "devops"}


@pytest.mark.shared
def test_the_data_set_is_classified_right(shared: Path, shipped: Classifier) -> None:
    from tests.support import evaluation

    assert evaluation.technologies(shared / "clermontech", shipped, [], whole=False) >= 0.94
