"""Send notifications by Apprise: the only module that imports it, and the only one that sees secrets of the environment."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from planet.notify.message import MAX_TITLE, UNLIMITED, Notification, Service

if TYPE_CHECKING:
    import apprise

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MAIL = {"mailto", "mailtos"}
_JSON = {"json", "jsons"}
_MACHINES = {*_JSON, "xml", "xmls", "form", "forms"}
_RENDERS_TEXT = {"discord", "mmost", "mmosts", "guilded", "revolt", "zulip", "ryver", "fluxer"}
"""Services that get plain text from Apprise and show it as Markdown."""
_SMALL = 500
"""A service with a limit of at most so many characters gets one item per message."""
_STATUS = re.compile(r"error=(\d{3})\b")
_RETRY = re.compile(r"""retry[-_]after\\?["']?\s*[:=]\s*["']?(\d+(?:\.\d+)?)""", re.IGNORECASE)
_ABOUT_CONTENT = {400, 413, 422}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a message was not taken, in words that hold no secret. `for_content`: it will not be taken later either."""

    reason: str
    for_content: bool = False
    retry_after: timedelta | None = None


def missing(url: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The `${NAMES}` in a configured URL that are not set in the environment, or empty."""
    names = dict.fromkeys(_VARIABLE.findall(url))
    return tuple(name for name in names if not environ.get(name, "").strip())


def expanded(url: str, environ: Mapping[str, str]) -> str:
    """The URL with the values of its `${NAMES}` in their place."""
    return _VARIABLE.sub(lambda match: environ.get(match[1], "").strip(), url)


class _LogCapture(logging.Handler):
    """Reads the status and the wait in what Apprise logs, so that they go into our words and the rest into no log: it may hold tokens."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.status = 0
        self.retry_after: timedelta | None = None

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if status := _STATUS.search(text):
            self.status = int(status[1])
        if wait := _RETRY.search(text):
            self.retry_after = timedelta(seconds=min(float(wait[1]), 86400.0))


@contextmanager
def _captured() -> Iterator[_LogCapture]:
    logger = logging.getLogger("apprise")
    capture, propagate, level = _LogCapture(), logger.propagate, logger.level
    logger.addHandler(capture)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its plugins import is no news for who reads cron's mail
            yield capture
    finally:
        logger.removeHandler(capture)
        logger.propagate = propagate
        logger.setLevel(level)


def service_of(url: str) -> Service | None:
    """The format and limits of the service of an Apprise URL; None for a URL that Apprise does not know. Raises ImportError without Apprise."""
    with _captured():
        plugin = _plugin(url, "Planet", "")
    if plugin is None:
        return None
    schemes = _schemes(url, plugin)
    body = int(getattr(plugin, "body_maxlen", 0) or UNLIMITED)
    name = str(getattr(plugin, "service_name", "") or next(iter(schemes)))
    if schemes & _MAIL:
        return Service(name=name, form="mail")
    if schemes & _MACHINES:
        return Service(name=name, form="machine")
    title = int(getattr(plugin, "title_maxlen", MAX_TITLE))
    return Service(
        name=name,
        form="markdown" if schemes & _RENDERS_TEXT else "chat",
        title=min(MAX_TITLE, title),
        body=body,
        each=body <= _SMALL,
    )


def is_mail(url: str) -> bool:
    """Whether a URL is one of a mail server."""
    return urlsplit(url).scheme.lower() in _MAIL


def is_known(url: str) -> bool:
    """Whether Apprise can send to a URL; True where it is not installed."""
    try:
        return service_of(url) is not None
    except ImportError:
        return True


def deliver(url: str, notification: Notification) -> Refusal | None:
    """Send a message to one Apprise URL. None when it was taken."""
    try:
        with _captured() as capture:
            taken = _hand_over(url, notification)
    except ImportError:
        return Refusal(reason="apprise is not installed: pip install 'clermontech-planet[notify]'")
    except Exception as error:  # noqa: BLE001 - 170 services' code must not end a run; its text may hold the URL
        return Refusal(reason=type(error).__name__)
    if taken is None:
        return Refusal(reason="not a notification URL that Apprise knows")
    if taken:
        return None
    return Refusal(
        reason=f"HTTP {capture.status}" if capture.status else "no answer, or a refusal",
        for_content=capture.status in _ABOUT_CONTENT,
        retry_after=capture.retry_after,
    )


def _hand_over(url: str, notification: Notification) -> bool | None:
    import apprise  # 0.1 s that only a run with something to send should pay

    plugin = _plugin(url, notification.sender, notification.site)
    if plugin is None:
        return None
    schemes = _schemes(url, plugin)
    if schemes & _MAIL:
        from planet.notify.mail import send_mail  # only mail needs its template

        return send_mail(plugin, notification)
    if schemes & _JSON:
        plugin.payload_extras = {**plugin.payload_extras, **notification.objects}  # type: ignore[attr-defined]
    box = apprise.Apprise(asset=plugin.asset)
    box.add(plugin)
    # The title of a service that has none stands in the body: Apprise would put it there, beyond the limit.
    return bool(box.notify(body=notification.body, title=notification.title, body_format=apprise.NotifyFormat.TEXT))


def _plugin(url: str, sender: str, site: str) -> apprise.NotifyBase | None:
    import apprise  # see above

    # Under the planet's name, and without the pictures of Apprise, which a reader's program would load from elsewhere.
    asset = apprise.AppriseAsset(app_id=sender, app_desc=sender, app_url=site, image_url_mask="", image_url_logo="")
    plugin: Any = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    return None if plugin is None else plugin


def _schemes(url: str, plugin: object) -> set[str]:
    """The schemes of a service: a chat may be configured by its plain https webhook."""
    names = {urlsplit(url).scheme.lower()}
    for attribute in ("protocol", "secure_protocol"):
        value = getattr(plugin, attribute, None)
        names.update([value] if isinstance(value, str) else value or ())
    return names
