"""Each service as it is: what it takes, what it refuses, and that the documentation shows what it received."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from planet.i18n import Translator
from planet.model import NotifyRule
from planet.notify import Refusal, deliver
from planet.notify.channel import Item
from planet.notify.message import Composer
from planet.notify.send import service_of
from tests.support.editions import NOW, edition, story
from tests.support.effort import examples
from tests.support.servers import Authority
from tests.support.services import (
    BLUESKY,
    BLUESKY_LIMIT,
    DISCORD,
    DISCORD_LIMIT,
    MASTODON_LIMIT,
    SLACK,
    Services,
    services,
)
from tests.transcripts import DOCS, sample, transcripts


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as patch, services(authority, patch.setenv) as state:
        yield state


def messages(url: str, count: int) -> list[str]:
    """Send many long stories; gives the refusals."""
    words = "un titre long comme une phrase, et même plus long qu'elle "
    of = edition(
        [
            story(number, at=NOW - timedelta(hours=number), title=f"{number} {words * 2}")
            for number in range(1, count + 1)
        ]
    )
    service = service_of(url)
    assert service is not None
    composer = Composer(NotifyRule(url=url), service, of, Translator("fr", "Europe/Paris"))
    queue = [Item(kind="story", story=number) for number in range(1, count + 1)]
    refusals = []
    while queue:
        notification, taken = composer.next(queue, len(queue))
        queue = queue[taken:]
        assert notification is not None
        refusals.append(deliver(url, notification))
    return [refusal.reason for refusal in refusals if refusal]


@pytest.mark.parametrize(
    ("name", "url", "limit"),
    [
        ("slack", SLACK, 35_000),
        ("discord", DISCORD, DISCORD_LIMIT),
        ("mattermost", f"mmost://127.0.0.1:PORT/{'a' * 24}", 4000),
        ("mastodon", "mastodon://token@127.0.0.1:PORT", MASTODON_LIMIT),
        ("bluesky", BLUESKY, BLUESKY_LIMIT),
    ],
)
def test_a_service_takes_many_long_stories_whole_and_refuses_nothing(
    servers: Services, name: str, url: str, limit: int
) -> None:
    servers.taken.clear()
    count = examples(80)
    assert messages(url.replace("PORT", str(servers.port)), count) == []
    texts = [text for service, text in servers.taken if service == name]
    assert all(len(text) <= limit for text in texts)
    together = "\n".join((*texts, ""))
    assert all(together.count(f"https://william-durand.example/{number}\n") == 1 for number in range(1, count + 1))


def test_discord_says_how_long_to_wait(servers: Services) -> None:
    of, service = sample(), service_of(DISCORD)
    assert service is not None
    composer = Composer(NotifyRule(url=DISCORD), service, of, Translator("fr", "Europe/Paris"))
    notification, _count = composer.next([Item(kind="story", story=1)], 9)
    assert notification is not None
    servers.busy = 9
    assert deliver(DISCORD, notification) == Refusal(reason="HTTP 429", retry_after=timedelta(minutes=20))
    servers.busy = 0
    assert deliver(DISCORD, notification) is None


def test_the_documentation_shows_what_each_channel_received() -> None:
    """Our own lines; how a service frames them is its own matter."""
    documented = DOCS.read_text("utf-8").splitlines()
    ours = [line for line in transcripts().splitlines() if " · " in line or "https://" in line]
    assert len(ours) > 30
    assert [line for line in ours if line not in documented] == []
