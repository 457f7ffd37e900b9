"""The catalogue of technologies: each file whole, its examples true, and everyday words that count in company only."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from planet import catalogue
from planet.classify import Classifier
from planet.classify.scores import THRESHOLD
from planet.config import parse
from planet.formats import RESERVED
from planet.text import fold

SLUGS = catalogue.slugs()
HEAD = "planet: {title: Essai, url: https://planet.example.org/}\n"


@pytest.fixture(scope="module")
def everything() -> Classifier:
    """A planet with every technology of the catalogue, and no word of its own."""
    return Classifier(parse(f"{HEAD}technologies: [{', '.join(SLUGS)}]\n", Path("feeds.yaml")))


def technologies(classifier: Classifier, title: str, text: str = "") -> set[str]:
    return {slug for slug, score, _ in classifier.score(title=title, text=text) if score >= THRESHOLD}


def test_there_are_sixty_technologies_and_more() -> None:
    assert len(SLUGS) >= 60


def test_a_slug_or_an_alias_is_one_address_and_none_of_the_site() -> None:
    names = Counter(catalogue.names())
    assert [name for name, count in names.items() if count > 1] == []
    assert not names.keys() & RESERVED
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_file_of_the_catalogue_is_whole(slug: str) -> None:
    entry = catalogue.load(slug)
    assert entry is not None
    assert entry.names.keys() == {"fr", "en"}
    assert 0 <= entry.hue < 360
    assert len(entry.tags) >= 4
    assert len(entry.words) >= 4
    assert entry.homes
    for home in entry.homes:
        assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]+(/[\w./-]+)?", home), home
    for words in (entry.tags, entry.words, entry.phrases, entry.everyday, entry.exclude):
        assert all(word == word.strip() and word for word in words)
    assert [tag for tag, count in Counter(map(fold, entry.tags)).items() if count > 1] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_an_everyday_word_is_no_word_of_any_technology(slug: str) -> None:
    entry = catalogue.load(slug)
    assert entry is not None
    assert not {word.lower() for word in entry.words} & catalogue.everyday()


@pytest.mark.parametrize("slug", SLUGS)
def test_what_a_file_gives_as_examples_is_so(slug: str, everything: Classifier) -> None:
    entry = catalogue.load(slug)
    assert entry is not None
    assert entry.match
    assert entry.other
    for sentence in entry.match:
        assert slug in technologies(everything, sentence), sentence
    for sentence in entry.other:
        assert slug not in technologies(everything, sentence), sentence


def test_an_alias_is_the_same_technology() -> None:
    assert catalogue.load("js") == catalogue.load("javascript")
    assert catalogue.load("py") == catalogue.load("python")
    assert catalogue.load("brainfuck") is None


NEGATIVE = """\
Vite fait, bien fait
Spring cleaning
Go big or go home
Swift action
Express delivery
React quickly
A fresh Node in the network of friends
Rust never sleeps
Introduction to Spring Gardening
The end of the Rust
The Oracle of Delphi
Pandora and the Vault
Composer avec la pluie
Une vue d'ensemble au printemps
Let's go to the beach
16 Go de mémoire
Un disque de 500 Go
With Swift Steps Through the Snow
In Spring, everything is new
The Spring of 2024
Ready, Set, Go!
Go West, young man
Express yourself
Rocket to the moon
A Flask of Tea
Black Friday
The Phoenix rises
Elixir de jouvence
Julia Roberts in Paris
Taylor Swift on tour
Scratch my back
Ruby Tuesday
Off the Rails
Hibernate Until March
Play It Again
Salt and Pepper
Chef étoilé
Nomad Land
Puppet on a String
Helm of the ship
Flux et reflux
Unity Is Strength
Waiting For Godot
Victor Hugo, poète
The Great Gatsby
Pelican Bay
Ghost Stories
Mastodon bones found in France
Mercurial tempers
Tableau de maître
Spark of genius
Snowflake melts
Dart Vader
Blade Runner
Twig and Leaf
Slim Chance
Crystal Clear
Rack of lamb
Cats and dogs
Mocha latte
Yarn for knitting
Parcel delivery
Electron microscope at the museum
Astro Boy
Ember days
Cypress trees in Provence
"""
POSITIVE = """\
Go 1.22 | go
Écrire un serveur en Go | go
Une goroutine qui fuit | go
Testing concurrent code in Go | go
Le langage Go | go
Building a CLI with Cobra and Go modules: Go 1.24 | go
Pourquoi Rust ? | rust
Des cartes du ciel et du Rust ! | rust
Introduction à Composer | php
Why Rust? | rust
Porting a parser to Rust | rust
Rust 1.80 released | rust
Apprendre Rust | rust
Le borrow checker expliqué | rust
Spring Boot 4 | java
Spring 6 et ses nouveautés | java
Threads virtuels dans la JVM | java
Les streams de Java 8 | java
Un composant React sans état | javascript
Hooks: a React component from scratch | javascript
React 19 | javascript
Découvrir Vue 3 | javascript
Migrer vers Vite | javascript
Bundling with Vite 6.1 | javascript
Node 22 est là | javascript
Une API avec Express | javascript
Tester avec Jest et React | javascript
Webpack pour les humains | javascript
Des types conditionnels en TypeScript | typescript
Swift 6 and its actors | swift
Une application Swift | swift
SwiftUI en pratique | swift
Publier sur le Play Store | mobile
Application mobile hybride | mobile
Kotlin coroutines | kotlin
Découvrir Laravel 12 | php
Symfony: a bundle from nothing | php
Installer un paquet avec Composer | php
PHP 8.4 | php
Un ORM pour FastAPI | python
Flask 3.1 | python
pip install, et après ? | python
Mettre à jour Rails 8 | ruby
Écrire une gem en Ruby | ruby
Du C# au Blazor | dotnet
LINQ et ses lenteurs | dotnet
Scala 3 | scala
Un GenServer en Elixir | elixir
Phoenix LiveView | elixir
A proof in Haskell | haskell
Index partiels avec PostgreSQL | databases
Oracle 19c, full-text search | databases
Kubernetes pour les humains | kubernetes
Installer Helm 3.15 | kubernetes
Un playbook Ansible | devops
Infrastructure as Code with Terraform | devops
Conteneuriser une application | devops
Mots de passe : la fin ? | security
Finding an XSS in a form | security
Un capteur LoRaWAN à 10 euros | iot
Souder un ESP32 | embedded
Grilles CSS | web
A game loop in Godot 4 | gamedev
Un site statique avec Hugo 0.150 | cms
Fine-tuning a language model | ai
Contribuer à OpenStreetMap | geo
"""


@pytest.mark.parametrize("sentence", NEGATIVE.splitlines())
def test_an_everyday_word_is_no_technology_by_its_capital(sentence: str, everything: Classifier) -> None:
    assert technologies(everything, sentence) == set()
    assert technologies(everything, "Un billet", f"{sentence}. Puis autre chose.") == set()


@pytest.mark.parametrize("line", POSITIVE.splitlines())
def test_a_technology_is_known_by_its_company(line: str, everything: Classifier) -> None:
    sentence, _, slug = line.partition(" | ")
    assert slug in technologies(everything, sentence)


def test_a_tag_a_link_or_code_is_company(everything: Classifier) -> None:
    for signs in ({"tags": ["go"]}, {"links": ["https://go.dev/blog/x"]}, {"code": ["go"]}):
        scores = {slug: score for slug, score, _ in everything.score(title="Go big", text="", **signs)}
        assert scores["go"] > THRESHOLD, signs
    assert technologies(everything, "Go big", "We run go test before each release.") == {"go"}
