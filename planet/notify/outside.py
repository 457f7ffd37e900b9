"""The environment, storage and sending of notifications, passed in so that tests replace them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planet.notify.message import Notification, Service
from planet.notify.send import Refusal, deliver, service_of

Save = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The environment, where the state of channels and letters is stored, how messages are sent."""

    environ: Mapping[str, str]
    save: Save
    send: Callable[[str, Notification], Refusal | None] = deliver
    service: Callable[[str], Service | None] = service_of
