"""One evening, told once: what arrives, what is the same, what stays apart, what announces it."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planet.edition.collisions import HORIZON, NAMED, collision_news, collisions, summary
from planet.edition.joins import joins, names_day, with_joins
from planet.edition.planning import free_days
from planet.merge.event_changes import diff_events
from planet.merge.event_groups import group_events
from planet.merge.events import merge_events
from planet.model import (
    CalendarRead,
    Classification,
    Config,
    Entry,
    Event,
    EventChanges,
    EventData,
    FeedConfig,
    MergeEntry,
    RawEvent,
    Reason,
    Site,
    Source,
    StoredEvent,
    StoryJoin,
    Technology,
)
from planet.normalise.events import normalise_events
from planet.normalise.markdown import to_html
from planet.render.calendars import lines_of
from planet.sanitise import sanitise
from planet.similarity import places_alike, titles_alike
from planet.store import events as table
from planet.store.schema import open_database
from planet.urls import canonical_key
from tests.support.effort import examples
from tests.support.safe import safe

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
EVENING = datetime(2026, 12, 1, 18, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
DATA = frozenset(field.name for field in dataclasses.fields(EventData))


def stored(title: str = "APIHour #72", *, calendar: str = "a", uid: str | None = None, **fields: object) -> StoredEvent:
    data = event_data(fields | {"title": title})
    own: dict = {
        "calendar": calendar,
        "uid": uid or f"{title}@{calendar}",
        "data": data,
        "url_key": canonical_key(data.url),
        "first_seen": NOW,
        "changed": NOW,
    }
    return StoredEvent(**(own | {name: value for name, value in fields.items() if name not in DATA}))


def event_data(fields: dict) -> EventData:
    return EventData(**({"start": EVENING} | {name: value for name, value in fields.items() if name in DATA}))


def groups_of(*events: StoredEvent) -> list[list[str]]:
    """The evenings, each as the sorted uids of its events."""
    found = group_events(events, timezone="Europe/Paris")
    return sorted(sorted(f"{events[index].calendar}:{events[index].uid}" for index in one.members) for one in found)


def told_once(*events: StoredEvent) -> bool:
    answers = {len(groups_of(*order)) for order in itertools.permutations(events)}
    assert len(answers) == 1, "the order of arrival must not matter"
    return answers == {1}


# -- normalising


def normalised(**fields: object) -> StoredEvent:
    own: dict = {name: value for name, value in fields.items() if name not in DATA}
    raw = RawEvent(**({"uid": "1", "data": event_data({"title": "Soirée"} | fields)} | own))
    (found,) = normalise_events(CalendarRead(events=(raw,)), calendar="cal", sanitise=sanitise, now=NOW)
    return found


def test_a_description_is_safe_whether_it_was_text_or_html() -> None:
    text = normalised(
        description="Un <script>alert(1)</script>\n\n- a\n- **b** [site](https://x.example/)\nhttps://y.example/?a=1&b=2."
    )
    assert "<script" not in text.data.html
    assert "&lt;script&gt;" in text.data.html
    assert "<li>a</li><li><strong>b</strong> <a " in text.data.html
    assert 'href="https://y.example/?a=1&amp;b=2"' in text.data.html
    rich = normalised(
        description="<p onclick=x>Un <a href='javascript:alert(1)'>lien</a></p>", description_is_html=True
    )
    assert "onclick" not in rich.data.html
    assert "javascript" not in rich.data.html
    assert rich.data.text == "Un lien"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://user:pass@x.example/", "https://x.example/a\\b", "ftp://x.example/", "a b"]
)
def test_only_web_addresses_are_linked(url: str) -> None:
    found = normalised(url=url, image=url, organizer_url=url)
    assert (found.data.url, found.url_key, found.data.image, found.data.organizer_url) == ("", "", "", "")


def test_tracking_goes_and_a_title_is_found() -> None:
    found = normalised(url="https://x.example/s?utm_source=mail&id=3", title="", description="Une soirée sur PHP")
    assert (found.data.url, found.url_key, found.data.title) == (
        "https://x.example/s?id=3",
        "x.example/s?id=3",
        "Une soirée sur PHP",
    )
    assert normalised(title="").data.title == "…"


def test_of_two_events_with_one_identity_the_higher_sequence_stays() -> None:
    raw = [
        RawEvent(uid="1", data=EventData(title=title, start=EVENING), sequence=n)
        for title, n in (("neuf", 2), ("vieux", 1), ("plus vieux", 0))
    ]
    (found,) = normalise_events(CalendarRead(events=tuple(raw)), calendar="c", sanitise=sanitise, now=NOW)
    assert found.data.title == "neuf"


@settings(max_examples=examples(80))
@given(st.text(alphabet=st.sampled_from("ab <>&*[]()#-_\"'\n\thtps:/.!\\`;="), max_size=120))
def test_no_text_becomes_markup_that_was_not_meant(text: str) -> None:
    markup = to_html(text)
    assert sanitise(markup, base="", prefix="e-").html.count("<script") == 0
    assert "".join(sanitise(markup, base="", prefix="e-").text.split()).count("<") == text.count("<") or "](" in text


# -- arriving


def test_a_new_event_gets_its_name_and_its_first_revision() -> None:
    changes = diff_events((), (stored("Soirée été & hiver"),), NOW)
    (found,) = changes.upserts
    assert found.slug.startswith("2026-12-01-soiree-ete-hiver-")
    assert (found.revision, found.first_seen, found.changed) == (0, NOW, NOW)


def test_an_event_that_says_the_same_changes_nothing() -> None:
    (before,) = diff_events((), (stored(),), NOW).upserts
    later = NOW + timedelta(hours=1)
    assert not diff_events((before,), (stored(first_seen=later, changed=later, sequence=9, modified=later),), later)


@pytest.mark.parametrize(
    "difference",
    [
        {"start": EVENING + timedelta(hours=1)},
        {"title": "APIHour #72 bis"},
        {"location": "Ailleurs"},
        {"status": "cancelled"},
        {"end": EVENING + timedelta(hours=2)},
    ],
)
def test_an_event_that_says_something_else_is_its_next_revision(difference: dict) -> None:
    (before,) = diff_events((), (stored(uid="1"),), NOW).upserts
    later = NOW + timedelta(days=1)
    (found,) = diff_events((before,), (stored(**{"uid": "1"} | difference),), later).upserts
    assert (found.revision, found.first_seen, found.changed, found.slug) == (1, NOW, later, before.slug)


def test_a_future_event_that_leaves_is_withdrawn_and_a_past_one_stays() -> None:
    events = [
        stored("passé", start=NOW - timedelta(days=1)),
        stored("commencé", start=NOW - timedelta(hours=1), end=NOW + timedelta(hours=1)),
        stored("futur"),
        stored("aujourd'hui", start=date(2026, 11, 23)),
        stored("demain", start=date(2026, 11, 24)),
    ]
    changes = diff_events(events, (stored("autre"),), NOW)
    assert {uid for uid, _ in changes.withdrawn} == {"futur@a", "demain@a"}


def test_a_calendar_that_lists_its_only_evening_no_more_withdraws_it() -> None:
    past = stored("passé", start=NOW - timedelta(days=1))
    assert [uid for uid, _ in diff_events((past, stored("futur")), (), NOW).withdrawn] == ["futur@a"]


def test_occurrences_of_one_series_are_events_of_their_own() -> None:
    series = tuple(stored(uid="s", recurrence_id=f"2026120{n}", start=EVENING + timedelta(days=n)) for n in range(1, 4))
    changes = diff_events(series[:2], series[1:], NOW)
    assert [event.recurrence_id for event in changes.upserts] == ["20261203"]
    assert changes.withdrawn == (("s", "20261201"),)
    assert len({event.slug for event in diff_events((), series, NOW).upserts}) == 3


def test_numbered_lists_keep_their_numbers_on_the_page_and_in_calendars() -> None:
    text = "Programme\n1. Accueil\n2. Talks\n\nPause\n\n3) Débat\n4) Apéro\n- fin"
    found = normalised(description=text)
    assert found.data.html == (
        "<p>Programme</p><ol><li>Accueil</li><li>Talks</li></ol><p>Pause</p>"
        '<ol start="3"><li>Débat</li><li>Apéro</li></ol><ul><li>fin</li></ul>'
    )
    assert lines_of(found.data.html) == ("Programme\n\n1. Accueil\n2. Talks\n\nPause\n\n3. Débat\n4. Apéro\n\n- fin")
    assert "<li>a</li><li>b</li><li>c</li></ol>" in normalised(description="1. a\n1. b\n1. c").data.html
    assert lines_of("<ol><li>a<ul><li>x</li></ul></li><li>b</li></ol>") == "1. a\n\n- x\n\n2. b"


# -- storing


def test_what_is_stored_comes_back_as_it_was() -> None:
    connection = open_database(":memory:")
    full = stored(
        geo=(45.5, 3.0), end=EVENING + timedelta(hours=2), tags=("a", "b"), image="https://x.example/i.png", sequence=3, modified=NOW,
        revision=2, organizer="Ada", organizer_url="https://x.example/", timezone="Europe/Paris", date_reason="title", slug="s",
        recurrence_id="20261201T180000Z", html=safe("<p>é</p>"), text="é", status="tentative", location="Ici",
    )  # fmt: skip
    day = stored("jour", start=date(2026, 12, 24), end=date(2026, 12, 26))
    table.apply(connection, "a", EventChanges(upserts=(full, day)))
    table.apply(connection, "b", EventChanges(upserts=(stored(calendar="b"),)))
    assert list(table.stored_events(connection, "a")) == [full, day]
    assert [event.calendar for event in table.stored_events(connection)] == ["a", "b", "a"]
    table.apply(
        connection,
        "a",
        EventChanges(
            upserts=(replace(day, data=replace(day.data, title="autre")),), withdrawn=((full.uid, full.recurrence_id),)
        ),
    )
    assert [event.data.title for event in table.stored_events(connection, "a")] == ["autre"]
    assert table.forget(connection, ["a", "c"]) == 1
    assert [event.calendar for event in table.stored_events(connection)] == ["b"]


# -- the same, or not


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (stored(uid="u"), stored(calendar="b", uid="u", location="Amphi")),
        (stored(uid="u"), stored(calendar="b", uid="u", start=EVENING + timedelta(days=7))),
        (stored("Ada Lovelace", url="http://www.x.example/s.html"), stored("Le premier programme", calendar="b", url="https://x.example/s")),
        (stored("APIHour #72"), stored("Clermont'ech - API Hour #72", calendar="b")),
        (stored("Java 25, quoi de neuf ?"), stored("Java 25 : quoi de neuf", calendar="b")),
        (stored("Soirée Symfony", location="Le Bivouac, 22 allée Alan Turing"), stored("Rencontre", calendar="b", location="22, allée Alan Turing (Bivouac)")),
        (stored("APIHour #72", location="IUT"), stored("APIHour #72", calendar="b", location="Campus des Cézeaux, Aubière")),
        (stored(location="Amphi A, 5 avenue Pascal"), stored(calendar="b", location="Amphi A, 5 avenue Pascal", start=EVENING + timedelta(hours=1))),
        (stored(url="https://x.example/72"), stored(calendar="b", url="https://x.example/72", start=date(2026, 12, 1))),
        (stored(uid="u"), stored(uid="u", recurrence_id="20261201T180000Z")),
        (stored(uid="u", text="a"), stored(uid="v", text="a")),
        (stored("Py Clermont"), stored("Py Clermont - Annulé", calendar="b", status="cancelled")),
    ],
)  # fmt: skip
def test_one_evening_in_two_calendars_is_told_once(one: StoredEvent, two: StoredEvent) -> None:
    assert told_once(one, two)


ROOM = "IUT Amphi B, Campus des Cézeaux"
PAGE = "https://seminaire.example/"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (stored("Misères des antivirus", location=ROOM, url=PAGE), stored("Google Safe Browsing", location=ROOM, url=PAGE)),
        (stored("Symposium", url=PAGE), stored("Symposium", uid="2", url=PAGE, start=EVENING + timedelta(days=1))),
        (stored("Symposium", url=PAGE), stored("Symposium", calendar="b", uid="2", url=PAGE, start=EVENING + timedelta(days=1))),
        (stored("MUG #2", url=PAGE), stored("MUG #3", calendar="b", url=PAGE)),
        (stored("MUG In Clermont - 2", uid="u"), stored("Atelier Docker", calendar="b", uid="u")),
        (stored("Concert", uid="1"), stored("Apéro", calendar="b", uid="1", start=EVENING + timedelta(days=9))),
        (stored("Apéro mensuel", location="Le Bivouac, Clermont"), stored("Apéro mensuel", calendar="b", location="Café Zola, Lyon")),
        (stored("Super Apéro PHP 2026", location="Bar X, Clermont"), stored("Super Apéro PHP 2026", calendar="b", location="Pub Y, Lyon")),
        (stored("Java", location="En ligne"), stored("Python", calendar="b", location="en ligne")),
        (stored("Java", location="Clermont-Ferrand"), stored("Python", calendar="b", location="63000 Clermont-Ferrand")),
        (stored("APIHour #71", location=ROOM), stored("APIHour #72", calendar="b", location=ROOM)),
        (stored("Yearly", uid="y"), stored("Yearly", calendar="b", uid="y", start=EVENING + timedelta(days=365))),
        (stored("Atelier", text="a"), stored("Atelier", uid="2", text="b")),
    ],
)  # fmt: skip
def test_what_only_looks_alike_stays_apart(one: StoredEvent, two: StoredEvent) -> None:
    assert not told_once(one, two)


def test_two_seminars_in_one_room_at_one_hour_find_each_its_copy() -> None:
    titles = ("Misères des antivirus", "Google Safe Browsing")
    events = [stored(title, calendar=calendar, location=ROOM, url=PAGE) for calendar in "ab" for title in titles]
    for order in itertools.permutations(events):
        assert groups_of(*order) == [[f"{c}:{title}@{c}" for c in "ab"] for title in sorted(titles)]


def test_a_place_joins_nothing_when_two_evenings_could_be_meant() -> None:
    events = [
        stored("Algèbre", location=ROOM),
        stored("Botanique", location=ROOM),
        stored("Soirée surprise", calendar="b", location=ROOM),
    ]
    assert len(groups_of(*events)) == 3


def test_fifteen_seminars_behind_one_page_are_fifteen() -> None:
    events = [
        stored("Séminaire", calendar=calendar, uid=f"{n}@{calendar}", url=PAGE, start=EVENING + timedelta(days=7 * n))
        for n in range(15)
        for calendar in "ab"
    ]
    assert all(len(group) == 2 for group in groups_of(*events))
    assert len(groups_of(*events)) == 15


@settings(max_examples=examples(60))
@given(st.data())
def test_grouping_does_not_depend_on_the_order_of_arrival(data: st.DataObject) -> None:
    made = data.draw(
        st.lists(
            st.builds(
                lambda t, c, u, p, where, h: stored(
                    t, calendar=c, uid=u, url=p, location=where, start=EVENING + timedelta(hours=h)
                ),
                st.sampled_from(
                    ["APIHour #1", "Clermont'ech APIHour #1", "APIHour #2", "Apéro", "Soirée Java", "Docker"]
                ),
                st.sampled_from("abc"),
                st.sampled_from(["1", "2", "3", "4"]),
                st.sampled_from(["", PAGE, "https://x.example/1"]),
                st.sampled_from(["", ROOM, "Bar Zola, Lyon"]),
                st.sampled_from([0, 1, 24]),
            ),
            max_size=8,
            unique_by=lambda event: (event.calendar, event.uid),
        )
    )
    events = sorted(made, key=lambda event: (event.calendar, event.uid))
    config = planet("a", "b", "c")
    shuffled = data.draw(st.permutations(events))
    assert merge_events(shuffled, config, classify=place) == merge_events(events, config, classify=place)


def test_titles() -> None:
    assert titles_alike("Été", "ete") == 100
    assert titles_alike("Lava JUG", "LavaJUG") == 100
    assert titles_alike("MUG 2", "MUG 3") == 0
    assert titles_alike("Rust", "Java") < 50
    assert not places_alike("Clermont-Ferrand, France", "Clermont-Ferrand, France")


# -- telling


def planet(*calendars: str, **kinds: str) -> Config:
    """A planet with one group a calendar, in this order."""
    sources = tuple(
        Source(
            kind="group",
            name=f"Groupe {key}",
            slug=key,
            feeds=(
                FeedConfig(configured=f"https://g.example/{key}.ics", url="", key=key, kind=kinds.get(key, "calendar")),
            ),
        )
        for key in calendars
    )
    technologies = (Technology(slug="php", name="PHP"), Technology(slug="js", name="JS"))
    site = Site(title="P", url="https://planet.example.org/")
    return Config(path=Path("feeds.yaml"), folder=Path(), site=site, technologies=technologies, sources=sources)


def place(entry: Entry, feed: str) -> Classification:
    """PHP where the title says so; nothing of what is called hidden."""
    if "cachée" in entry.title:
        return Classification(sources=(), technologies=(), hidden="filter")
    if "PHP" not in entry.title:
        return Classification(sources=((feed, feed),), technologies=())
    reasons = (Reason(rule="word", what="PHP", where="title", score=100),)
    return Classification(sources=((feed, feed),), technologies=("php",), scores=(("php", 100, reasons),))


def tell(config: Config, *events: StoredEvent) -> list[Event]:
    return list(merge_events(events, config, classify=place))


def test_the_first_calendar_of_feeds_yaml_leads_and_all_sources_are_named() -> None:
    one, two = (
        stored(location="Ici", uid="u"),
        stored(calendar="b", uid="v", title="APIHour #72 : PHP", url="https://x.example/72"),
    )
    (event,) = tell(planet("a", "b"), two, one)
    assert (event.data.title, event.data.location, event.data.url, event.group) == (
        "APIHour #72",
        "Ici",
        "https://x.example/72",
        "Groupe a",
    )
    assert event.sources == (
        ("Groupe a", "https://g.example/a.ics", "u", ""),
        ("Groupe b", "https://g.example/b.ics", "v", "https://x.example/72"),
    )
    assert event.technologies == ("php",)
    assert ("php", "word PHP title") in event.reasons
    assert ("merged", "title: a = b") in event.reasons


def test_the_organisers_own_calendar_leads_wherever_it_stands() -> None:
    one = stored(organizer="GROUPE B", title="APIHour #72 (relais)")
    two = stored(calendar="b", organizer="Groupe B")
    (event,) = tell(planet("a", "b"), one, two)
    assert (event.data.title, event.group_slug) == ("APIHour #72", "b")


def test_the_group_on_whose_site_an_events_page_is_leads_wherever_it_stands() -> None:
    config = planet("a", "b")
    owner = replace(config.sources[1], url="https://b.example/")
    config = replace(config, sources=(config.sources[0], owner))
    forged = stored("APIHour #72 (annulé)", url="https://b.example/72", uid="u", status="cancelled", sequence=9)
    (event,) = tell(config, forged, stored(calendar="b", url="https://b.example/72", uid="u"))
    assert (event.data.title, event.data.status, event.group, event.id) == ("APIHour #72", "confirmed", "Groupe b", "u")


def test_an_archive_names_the_group_that_held_an_evening_as_its_organiser() -> None:
    config = planet("a", "b")
    java = replace(config.sources[1], technologies=("js",), name="Lava JUG")
    archive = replace(config.sources[0], feeds=(replace(config.sources[0].feeds[0], local=True),))
    (event,) = tell(replace(config, sources=(archive, java)), stored(organizer="LavaJUG"))
    assert (event.group, event.group_slug, event.technologies) == ("Lava JUG", "b", ("js",))
    assert event.sources[0][0] == "Groupe a"
    assert ("group", "organizer LavaJUG") in event.reasons


def test_a_groups_own_file_may_name_the_people_who_organise() -> None:
    """Two others with a site, or another group of feeds.yaml, make a file an archive: what is theirs is not its owner's."""
    config = planet("a", "b")
    source = config.sources[0]
    config = replace(
        config, sources=(replace(source, feeds=(replace(source.feeds[0], local=True),)), *config.sources[1:])
    )
    people = tell(config, stored("Un", uid="1", organizer="Ada"), stored("Deux", uid="2", organizer="Bob"))
    assert [event.group for event in people] == ["Groupe a", "Groupe a"]
    site = {"organizer_url": "https://asso.example/"}
    others = tell(
        config, stored("Un", uid="1", organizer="Une asso", **site), stored("Deux", uid="2", organizer="Autre", **site)
    )
    assert [(event.group, event.groups) for event in others] == [("", ()), ("", ())]
    mixed = tell(config, stored("Un", uid="1", organizer="Groupe b"), stored("Deux", uid="2", organizer="Une asso"))
    assert {(event.group, event.groups) for event in mixed} == {("", ()), ("Groupe b", ("b",))}


def test_an_event_that_a_group_lists_itself_is_the_groups_whoever_lists_it_too() -> None:
    """The group on whose site its page stands leads; of two that say nothing, the one of a technology; it is of both."""
    config = planet("a", "b")
    first, second = config.sources[:2]
    first = replace(first, technologies=(), url="https://asso.example/")
    config = replace(config, sources=(first, replace(second, technologies=("php",), url="https://php.example/")))
    for page, group in (
        ("https://php.example/12.html", "b"),
        ("https://asso.example/12.html", "a"),
        ("https://lieu.example/12", "b"),
        ("", "b"),
    ):
        (event,) = tell(config, stored(url=page), stored(calendar="b", url=page))
        assert (event.group_slug, set(event.groups)) == (group, {"a", "b"}), page
    later = stored(calendar="b", first_seen=NOW + timedelta(days=1))
    (event,) = tell(config, stored(), later)
    assert event.group_slug == "a"


def test_a_calendar_leads_before_a_feed_of_events() -> None:
    one, two = stored("APIHour #72"), stored("APIHour #72 !", calendar="b")
    (event,) = tell(planet("a", "b", a="events"), one, two)
    assert event.data.title == "APIHour #72 !"


def test_a_calendar_that_joins_later_leads_nothing_and_ids_and_names_are_stable() -> None:
    first = diff_events((), (stored(calendar="b", uid="v"),), NOW).upserts
    (alone,) = tell(planet("a", "b"), *first)
    later = diff_events((), (stored(uid="u"),), NOW + timedelta(days=1)).upserts
    (both,) = tell(planet("a", "b"), *first, *later)
    assert (alone.id, alone.slug) == (both.id, both.slug)
    assert both.group == "Groupe b"
    assert both.rev != alone.rev


def test_ids_are_unique() -> None:
    same = stored("Concert", uid="1"), stored("Théâtre", calendar="b", uid="1", first_seen=NOW + timedelta(days=1))
    series = [
        stored("Apéro", uid="s", recurrence_id=f"2026120{n}", start=EVENING + timedelta(days=n)) for n in range(1, 5)
    ]
    long = stored("Long", uid="x" * 400)
    events = tell(planet("a", "b"), *same, *series, long)
    assert len({event.id for event in events}) == len({event.slug for event in events}) == 7
    by_title = {event.data.title: event for event in events}
    assert by_title["Concert"].id == "1"
    assert by_title["Théâtre"].id.endswith("@planet.example.org")
    assert len(by_title["Long"].id) < 80


def test_the_revision_grows_with_every_change_of_any_copy() -> None:
    (event,) = tell(planet("a", "b"), stored(sequence=4, revision=1), stored(calendar="b", revision=2))
    assert event.revision == 7


def test_a_missing_end_is_the_start_and_a_day_ends_with_itself() -> None:
    evening, day = tell(planet("a"), stored(), stored("jour", start=date(2026, 12, 5)))
    assert (evening.end, day.end) == (EVENING, date(2026, 12, 6))


def test_an_end_is_taken_from_the_copy_that_has_one() -> None:
    (event,) = tell(planet("a", "b"), stored(), stored(calendar="b", end=EVENING + timedelta(hours=2)))
    assert event.end == EVENING + timedelta(hours=2)


def test_what_filters_leave_out_is_not_told_and_a_calendar_that_left_takes_its_events() -> None:
    assert tell(planet("a"), stored("Soirée cachée"), stored("ailleurs", calendar="z")) == []


def test_rev_changes_exactly_when_something_shown_does() -> None:
    config = planet("a")
    (before,) = tell(config, stored())
    assert tell(config, stored(first_seen=NOW - timedelta(days=5)))[0].rev == before.rev
    for difference in (
        {"title": "x"},
        {"location": "x"},
        {"status": "cancelled"},
        {"revision": 1},
        {"url": "https://x.example/"},
    ):
        assert tell(config, stored(uid="APIHour #72@a", **difference))[0].rev != before.rev  # type: ignore[arg-type]


# -- each event stays its group's


def with_member(config: Config) -> Config:
    """The last source of a planet is a member."""
    *groups, last = config.sources
    return replace(config, sources=(*groups, replace(last, kind="member", name="Mallory")))


@pytest.mark.parametrize(
    "forged",
    [
        {"sequence": 2**31 - 1, "revision": 9},
        {"status": "cancelled", "sequence": 99},
        {"organizer": "Mallory", "organizer_url": "https://mallory.example/"},
        {"organizer": "Groupe a"},
        {"title": "Groupe a APIHour #72 : PHP gratuit", "text": "PHP", "html": safe("<p>PHP</p>")},
        {"url": "https://mallory.example/", "image": "https://mallory.example/i.png", "tags": ("spam",)},
        {"location": "Chez Mallory", "geo": (1.0, 1.0), "end": EVENING + timedelta(days=3)},
        {"recurrence_id": "20261201T180000Z"},
        {"start": EVENING + timedelta(days=1), "title": "APIHour #72"},
    ],
)
@pytest.mark.parametrize("first_seen", [NOW - timedelta(days=90), NOW, NOW + timedelta(days=1)])
def test_no_members_calendar_changes_anything_of_a_groups_event(forged: dict, first_seen: datetime) -> None:
    config = with_member(planet("a", "m"))
    own = stored(uid="u", location="Turing 22")
    (alone,) = tell(config, own)
    copy = stored(**{"uid": "u", "calendar": "m", "first_seen": first_seen, "changed": first_seen, **forged})
    for order in ((own, copy), (copy, own)):
        (event, *others) = (event for event in tell(config, *order) if event.group == "Groupe a")
        assert not others
        assert (event.data, event.end, event.technologies, event.revision, event.changed) == (
            alone.data, alone.end, alone.technologies, alone.revision, alone.changed,
        )  # fmt: skip


def test_no_group_is_credited_with_what_it_did_not_publish() -> None:
    config = with_member(planet("a", "b", "m"))
    for calendar, group in (("m", ""), ("b", "Groupe b")):
        (event,) = tell(config, stored(calendar=calendar, organizer="Groupe a", organizer_url="https://a.example/"))
        assert event.group == group
        assert "js" not in event.technologies
    (event,) = tell(config, stored(calendar="m", organizer="groupe a"))
    assert event.data.organizer == "Mallory"


def test_a_forged_copy_keeps_no_two_copies_of_a_groups_event_apart() -> None:
    config = with_member(planet("a", "b", "m"))
    events = (
        stored("API Hour soirée", uid="u"),
        stored("API Hour soirée #72", calendar="b", uid="u"),
        stored("API Hour soirée #71", calendar="m", uid="u"),
    )
    assert [event.group for event in tell(config, *events)].count("Groupe a") == 1
    assert all(event.group != "Groupe b" for event in tell(config, *events))


def test_a_members_post_announces_a_groups_event_only_from_its_page_or_where_the_member_lists_it() -> None:
    config = with_member(planet("a", "m"))
    alone = tell(config, stored("APIHour #72", uid="u", url=PAGE))
    by_title = story("APIHour #72", link="https://mallory.example/1")
    assert kinds(alone, by_title, names={"Mallory"}) == [("u", "mention", "title")]
    on_page = story("Tout autre titre", link=PAGE)
    assert kinds(alone, on_page, names={"Mallory"}) == [("u", "announcement", "page")]
    listed = tell(config, stored("APIHour #72", uid="u"), stored("APIHour #72", calendar="m", uid="u"))
    assert kinds(listed, by_title, names={"Mallory"}) == [("u", "announcement", "title")]


def test_what_is_stored_of_the_ends_of_time_is_not_shown() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    stored_ = [stored(str(n), start=start) for n, start in enumerate((first, last, date.min, date.max))]
    (event,) = tell(planet("a"), *stored_, stored("APIHour", end=last))
    assert (event.data.title, event.end) == ("APIHour", EVENING)


# -- stories


def story(
    title: str, *, row: int = 1, link: str = "", text: str = "", published: datetime = NOW, **fields
) -> MergeEntry:
    return MergeEntry(
        entry_id=row, feed="f", uid="u", id="u", link=link, link_key=canonical_key(link), title=title, title_key="", text=text, text_key="",
        date=published, published=published, **fields,
    )  # fmt: skip


def linked(events: list[Event], *stories: MergeEntry) -> dict[str, tuple[int, ...]]:
    """The stories that announce events."""
    joined = with_joins(events, joins(events, stories, timezone="Europe/Paris", sources={"f": {"Groupe a"}}))
    return {event.id: event.stories for event in joined if event.stories}


def kinds(events: list[Event], *stories: MergeEntry, names: set[str] = frozenset({"Groupe a"})) -> list:
    """(event, what the story is of it, by which rule) for each join."""
    joined = joins(events, stories, timezone="Europe/Paris", sources={"f": names}, site="https://planet.example/")
    return [(event, join.kind, join.rule) for event, found in sorted(joined.items()) for join in found]


def test_a_story_on_the_events_page_announces_it() -> None:
    events = tell(planet("a"), stored(uid="u", url="http://www.x.example/api-hour-72.html"))
    assert linked(events, story("Autre titre", row=7, link="https://x.example/api-hour-72")) == {"u": (7,)}


def test_a_story_with_nearly_its_title_near_its_date_announces_it() -> None:
    events = tell(planet("a"), stored("Clermont'ech - APIHour #72", uid="u"))
    near = story("Clermont'ech API Hour #72", row=1)
    far = story("Clermont'ech API Hour #72", row=2, published=NOW - timedelta(days=300))
    other = story("Clermont'ech API Hour #71", row=3)
    related = story("Retour sur les API Hours", row=4)
    assert linked(events, near, far, other, related) == {"u": (1,)}


def test_a_title_that_many_evenings_bear_needs_the_day() -> None:
    events = tell(
        planet("a"),
        *(stored("Apéro Python", uid=str(n), url=PAGE, start=EVENING + timedelta(days=28 * n)) for n in range(3)),
    )
    assert linked(events, story("Apéro Python")) == {}
    assert linked(events, story("Apéro Python", text="Rendez-vous le mardi 29 décembre !")) == {"1": (1,)}
    assert linked(events, story("L'agenda", link=PAGE)) == {}
    assert linked(events, story("L'agenda", link=PAGE, text="le 26/01/2027")) == {"2": (1,)}


def test_an_event_names_the_stories_that_announce_it() -> None:
    events = tell(planet("a"), stored(uid="u"))
    announced, told = (
        StoryJoin(story_id=number, kind=kind, rule="title", what="APIHour")
        for number, kind in ((3, "announcement"), (4, "mention"))
    )
    (with_story,) = with_joins(events, {"u": (announced, told)})
    assert (with_story.stories, with_story.mentions, with_story.talks) == ((3,), (4,), ())
    assert with_joins(events, {}) == tuple(events)


TALK = "Python, mais plus vite : découvrir uv"


def test_the_pages_of_talks_are_known_by_address_tag_and_programme() -> None:
    events = tell(
        planet("a"), stored("Clermont'ech - APIHour #72", uid="u", text=f"Trois sujets.\n- {TALK}, par Samuel\n- Autre")
    )
    by_address = story(TALK, link="https://x.example/talks/api-hour-72/uv.html")
    assert kinds(events, by_address) == [("u", "talk", "address")]
    assert kinds(events, story("Autre", tags=("talk", "api-hour-72"))) == [("u", "talk", "tag")]
    assert kinds(events, story("Autre", tags=("API Hour #72",)), names={"Mallory"}) == [("u", "mention", "tag")]
    assert kinds(events, story(TALK, published=EVENING + timedelta(days=90)), names={"Ada"}) == [
        ("u", "talk", "programme")
    ]
    assert kinds(events, story("Trois sujets")) == []


def test_a_talk_is_joined_across_no_contradiction() -> None:
    events = tell(
        planet("a"),
        stored("APIHour #72", uid="u"),
        stored("APIHour #71", uid="v", start=EVENING - timedelta(days=40)),
    )
    address = "https://x.example/talks/api-hour-72/uv.html"
    assert kinds(events, story(TALK, link=address, tags=("api-hour-71",))) == []
    assert kinds(events, story(TALK, link=address, published=EVENING - timedelta(days=900))) == []
    assert kinds(events, story(TALK, link="https://x.example/talks/api-hour-7/uv.html")) == []
    twice = tell(planet("a"), *(stored(str(n), uid=str(n), text=TALK) for n in range(2)))
    assert kinds(twice, story(TALK)) == []


def test_what_is_written_later_is_found_by_number_and_by_link() -> None:
    """A recording of the group after two months, a post of anybody with a link to the event's page, here or at its own site."""
    events = tell(planet("a"), stored("APIHour #72", uid="u", url=PAGE))
    later = EVENING + timedelta(days=60)
    assert kinds(events, story("Les vidéos de l'API Hour #72", published=later)) == [("u", "mention", "title")]
    for link in (PAGE, f"https://planet.example/events/{events[0].slug}/"):
        assert kinds(events, story("J'y étais", links=(link,), published=later), names={"Ada"}) == [
            ("u", "mention", "link")
        ]
    assert kinds(events, story("API Hour #73", links=(PAGE,), published=later)) == []
    many = tell(planet("a"), *(stored(f"Soirée {n}", uid=str(n), url=f"{PAGE}{n}") for n in range(4)))
    assert kinds(many, story("L'agenda du mois", links=tuple(f"{PAGE}{n}" for n in range(4)))) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("le mardi 1er décembre à 19h", True),
        ("December 1st", True),
        ("le 01/12/2026", True),
        ("le 1/12", True),
        ("2026-12-01", True),
        ("le 1er décembre 2025", False),
        ("le 11 décembre", False),
        ("le 21/12/2026", False),
        ("le 1/12/2025", False),
        ("demain", False),
    ],
)
def test_days_in_texts(text: str, named: bool) -> None:
    assert names_day(text, date(2026, 12, 1)) is named


# -- collisions


def test_two_groups_on_one_day_are_told_once_each_pair() -> None:
    events = tell(
        planet("a", "b", "c"),
        stored("Un"),
        stored("Deux", calendar="b", start=EVENING - timedelta(hours=4)),
        stored("Trois", calendar="c", start=date(2026, 11, 30), end=date(2026, 12, 3)),
        stored("Encore un", uid="2"),
    )
    found = collisions(events, NOW, timezone="Europe/Paris")
    pairs = [{collision.first.data.title, collision.second.data.title} for collision in found]
    assert len(found) == len(collision_news(found, NOW.date())) == 5
    assert {"Un", "Encore un"} not in pairs
    assert {"Un", "Trois"} in pairs
    assert all(collision.day == date(2026, 12, 1) for collision in found)
    assert all("2026-12-01" in str(line) for line in collision_news(found, NOW.date()).values())


def test_what_is_over_cancelled_or_the_same_group_collides_with_nothing() -> None:
    config = planet("a", "b")
    past = NOW - timedelta(days=3)
    assert (
        collisions(
            tell(config, stored("Un", start=past), stored("Deux", calendar="b", start=past)), NOW, timezone="UTC"
        )
        == ()
    )
    assert (
        collisions(tell(config, stored("Un"), stored("Deux", calendar="b", status="cancelled")), NOW, timezone="UTC")
        == ()
    )
    assert collisions(tell(config, stored("Un"), stored("Deux")), NOW, timezone="UTC") == ()
    assert collisions(tell(config, stored("APIHour #1"), stored("APIHour #1", calendar="b")), NOW, timezone="UTC") == ()


def test_two_series_on_one_weekday_are_one_line_once_for_the_next_weeks() -> None:
    weeks = [EVENING + timedelta(weeks=n) for n in range(50)]
    events = tell(
        planet("a", "b"),
        *(stored("Aide", uid="s", recurrence_id=f"{start:%Y%m%d}", start=start) for start in weeks),
        *(stored("Hack", calendar="b", uid="h", recurrence_id=f"{start:%Y%m%d}", start=start) for start in weeks),
    )
    every = collisions(events, NOW, timezone="Europe/Paris")
    assert len(every) == 50
    news = collision_news(every, NOW.date())
    (line,) = news.values()
    assert "2026-12-01" in str(line)
    assert "2027-02-16" in str(line)
    later = NOW + timedelta(days=14)
    assert collision_news(collisions(events, later, timezone="Europe/Paris"), later.date()).keys() == news.keys()


def test_a_far_date_and_a_long_event_are_no_news() -> None:
    far = EVENING + HORIZON
    config = planet("a", "b")
    events = tell(config, stored("Un", start=far), stored("Deux", calendar="b", start=far))
    assert collision_news(collisions(events, NOW, timezone="UTC"), NOW.date()) == {}
    long = stored("Expo", start=date(2026, 11, 25), end=date(2026, 12, 20))
    assert collisions(tell(config, long, stored("Deux", calendar="b")), NOW, timezone="UTC") == ()


def test_a_flood_of_collisions_is_few_lines() -> None:
    days = [EVENING + timedelta(hours=n) for n in range(1500)]
    events = tell(
        planet("a", "b"),
        *(stored(f"Un {n}", start=start) for n, start in enumerate(days)),
        *(stored(f"Autre chose {n}", calendar="b", start=start) for n, start in enumerate(days[::24])),
    )
    news = collision_news(collisions(events, NOW, timezone="UTC"), NOW.date())
    assert len(news) > 100
    assert len(summary(news)) == NAMED + 1


def test_the_day_of_a_collision_is_the_planets() -> None:
    config = planet("a", "b")
    late = datetime(2026, 12, 1, 22, 30, tzinfo=UTC)  # 23:30 in Paris
    next_day = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)  # 0:30 on the 2nd
    events = tell(config, stored("Un", start=late), stored("Deux", calendar="b", start=next_day))
    assert collisions(events, NOW, timezone="Europe/Paris") == ()
    assert len(collisions(events, NOW, timezone="UTC")) == 1


def test_the_warning_of_a_collision_names_the_free_days_around() -> None:
    """Working days for a working day, the nearest, none that is past or taken by anybody."""
    beside = stored("Atelier", uid="2", start=EVENING + timedelta(days=1))
    events = tell(planet("a", "b"), stored("Un"), stored("Deux", calendar="b"), beside)
    now = EVENING - timedelta(days=2)  # a Sunday
    (line,) = collision_news(collisions(events, now, timezone="UTC"), now.date()).values()
    assert "free days around: 2026-11-30, 2026-12-03, 2026-12-04, 2026-12-07" in str(line)
    assert free_days(date(2026, 12, 5), {date(2026, 12, 6)}, date(2026, 12, 1)) == (date(2026, 12, 12),)


# -- the data set


@pytest.mark.shared
def test_the_evenings_of_the_data_set_are_told_once_and_its_look_alikes_stay_apart(shared: Path) -> None:
    from tests.support.event_evaluation import gather, merging, talks

    held = gather(shared / "clermontech")
    for strange in ((), ("uid",), ("uid", "url", "place")):
        precision, recall, told = merging(shared / "clermontech", held, strange=strange)
        assert (precision, told) == (1.0, 176)
        assert recall >= 0.98
    assert talks(shared / "clermontech", held) == (197, 0, 0, 50)
    right, wrong, missed, _ = talks(shared / "clermontech", held, blind=True)
    assert wrong == 0
    assert right >= 80
    assert right + missed == 197
