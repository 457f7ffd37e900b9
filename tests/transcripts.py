"""What each channel receives, for docs/notifications.md: `python -m tests.transcripts` writes that part again.

The messages are sent by Apprise and SMTP to servers on loopback that behave as the services do (tests/support/services.py); what stands
in the documentation is what they took.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from planet.i18n import Translator
from planet.model import Edition, NotifyRule
from planet.notify import Service, deliver
from planet.notify.channel import Item
from planet.notify.message import Composer
from planet.notify.send import service_of
from tests.support.editions import NOW, SOURCES, edition, event, story
from tests.support.receivers import mailbox, webhook
from tests.support.servers import Authority
from tests.support.services import BLUESKY, DISCORD, SLACK, services

DOCS = Path(__file__).parent.parent / "docs" / "notifications.md"
BEGIN, END = "## What each channel receives\n", "## Letters\n"
MAIL_FIELDS = ("From", "To", "Subject", "List-Id", "List-Unsubscribe", "References")


def sample() -> Edition:
    """Two stories of last week, and an event of this one."""
    stories = [
        story(1, at=NOW - timedelta(days=3), title="Des énumérations partout", technologies=("php",)),
        story(
            2,
            at=NOW - timedelta(days=5),
            by=SOURCES[1],
            title="@everyone aime les signaux *réactifs*",
            technologies=("js",),
        ),
    ]
    coming = event(
        "Soirée PHP : mutation des tests", NOW + timedelta(days=3, hours=10), location="Épicentre, Clermont-Ferrand"
    )
    return edition(stories, [coming])


def send(of: Edition, url: str, items: Sequence[Item], every: str = "run", service: Service | None = None) -> None:
    """Send all items to a channel, as a run does."""
    rule = NotifyRule(url=url, every="week" if every == "week" else "run")
    taker = service or service_of(url)
    assert taker is not None
    composer = Composer(rule, taker, of, Translator("fr", "Europe/Paris"))
    queue = list(items)
    while queue:
        notification, count = composer.next(queue, len(queue))
        queue = queue[count:]
        assert notification is not None
        refusal = deliver(url, notification)
        assert refusal is None, refusal


def transcripts() -> str:
    """The part of the documentation, as Markdown."""
    of = sample()
    items = [Item(kind="story", story=2), Item(kind="story", story=1), Item(kind="event", event=of.events[0].id)]
    day = date(2026, 11, 23).isoformat()
    blocks: list[tuple[str, str]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        services(Authority(Path(folder)), patch.setenv) as servers,
        mailbox() as (smtp, mails),
        webhook() as (hook, posts),
    ):
        here = f"127.0.0.1:{servers.port}"
        for url in (SLACK, DISCORD, f"mmost://{here}/{'a' * 24}", f"matrix://planet:secret@{here}/!room:localhost"):
            send(of, url, items)
        send(of, f"mastodon://token@{here}", items)
        send(of, BLUESKY, items[:1])
        named = {
            "slack": "Slack",
            "discord": "Discord",
            "mattermost": "Mattermost",
            "matrix": "Matrix",
            "bluesky": "Bluesky (likewise)",
        }
        for service, text in servers.taken:
            blocks.append((named.get(service, "Mastodon (a message for each thing)"), text.replace("\r\n", "\n")))
        digest = [Item(kind=item.kind, story=item.story, event=item.event, digest=day) for item in items]
        send(
            of, f"mailto://127.0.0.1:{smtp}?from=planet@example.org&to=liste@example.org&mode=insecure", digest, "week"
        )
        (mail,) = mails
        plain = mail.get_body(("plain",))
        assert plain is not None
        fields = "\n".join(f"{name}: {mail[name]}" for name in MAIL_FIELDS)
        blocks.append(("Mail (the digest of a week; its text part)", f"{fields}\n\n{plain.get_content().strip()}"))
        send(of, f"json://127.0.0.1:{hook}/hook", items[-1:])
        payload = json.loads(posts[0][1])
        shown = {name: payload[name] for name in ("version", "title", "message", "type", "planet", "items")}
        blocks.append(("`json://`", json.dumps(shown, ensure_ascii=False, indent=1)))
    parts: dict[str, list[str]] = {}
    for title, text in blocks:
        parts.setdefault(title, []).append(text)
    shown_parts = [
        f"{title}:\n\n" + "\n\n".join(f"```text\n{_visible(text)}\n```" for text in texts)
        for title, texts in parts.items()
    ]
    return "\n\n".join(shown_parts) + "\n"


def _visible(text: str) -> str:
    """What keeps a name from being called is a character that nobody sees: here it is written."""
    return text.replace("\r", "").replace("\u200b", "<ZWSP>")


def main() -> None:
    """Write the part of the documentation again."""
    text = DOCS.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    intro = rest.partition("\n\n")[0]
    DOCS.write_text(f"{before}{BEGIN}{intro}\n\n{transcripts()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
