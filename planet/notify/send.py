"""Handing a notification to Apprise: the only place that knows it, and the only one where a secret of the environment is whole."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from urllib.parse import urlsplit

from planet.notify.message import Notification, defused, escaped

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MAIL = {"mailto", "mailtos"}
_MACHINES = {"json", "jsons", "xml", "xmls", "form", "forms"}
_RENDERS_TEXT = {"discord", "mmost", "mmosts", "guilded", "revolt", "zulip", "ryver", "fluxer"}
"""Services that take plain text from Apprise and show it as Markdown."""
_REFUSED = "no answer, or a refusal"
_STATUS = re.compile(r"error=(\d{3})\b")


def missing(url: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The `${NAMES}` in a configured URL that the environment does not hold, or holds empty."""
    names = dict.fromkeys(_VARIABLE.findall(url))
    return tuple(name for name in names if not environ.get(name, "").strip())


def expanded(url: str, environ: Mapping[str, str]) -> str:
    """The URL with the values of its `${NAMES}` in their place."""
    return _VARIABLE.sub(lambda found: environ.get(found[1], "").strip(), url)


class _LogCapture(logging.Handler):
    """Hears what Apprise says went wrong, so that it goes into our words and into no log: it may name addresses and tokens."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status = ""

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        if found:
            self.status = f"HTTP {found[1]}"


def deliver(url: str, notification: Notification) -> str:
    """Send a notification to one Apprise URL. "" when it was taken, else why not, in words that hold no secret.

    Mail gets the HTML page (with a plain part made from it), machines the plain text, chats the text that calls nobody.
    """
    logger = logging.getLogger("apprise")
    capture, was = _LogCapture(), logger.propagate
    logger.addHandler(capture)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its plugins import is no news for who reads cron's mail
            fault = _hand_over(url, notification)
    except ImportError:
        return "apprise is not installed: pip install 'clermontech-planet[notify]'"
    except Exception as error:  # noqa: BLE001 - 170 services' code must not end a run; its text may hold the URL
        return type(error).__name__
    else:
        return (capture.status or fault) if fault == _REFUSED else fault
    finally:
        logger.removeHandler(capture)
        logger.propagate = was


def is_known(url: str) -> bool:
    """Whether Apprise can send to a URL; True where it is not installed."""
    logger = logging.getLogger("apprise")
    was, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import apprise  # see below

            return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None
    except ImportError:
        return True
    finally:
        logger.disabled = was


def _hand_over(url: str, notification: Notification) -> str:
    import apprise  # 0.1 s that only a run with something to tell should pay

    # Under the planet's name, and without the pictures of Apprise, which a reader's program would load from elsewhere.
    asset = apprise.AppriseAsset(
        app_id=notification.sender,
        app_desc=notification.sender,
        app_url=notification.site,
        image_url_mask="",
        image_url_logo="",
    )
    service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if service is None:
        return "not a notification URL that Apprise knows"
    known = {urlsplit(url).scheme.lower(), *_names(service)}
    title, body, form = defused(notification.title), notification.chat, apprise.NotifyFormat.TEXT
    if known & _MAIL:
        title, body, form = notification.title, inlined(notification.html), apprise.NotifyFormat.HTML
    elif known & _MACHINES:
        title, body = notification.title, notification.text
    elif known & _RENDERS_TEXT:
        title, body = escaped(notification.title), notification.markdown
    box = apprise.Apprise(asset=asset)
    box.add(service)
    return "" if box.notify(body=body, title=title, body_format=form) else _REFUSED


def _names(service: object) -> set[str]:
    """The schemes of a service: a chat may be configured by its plain https webhook."""
    names: set[str] = set()
    for attribute in ("protocol", "secure_protocol"):
        value = getattr(service, attribute, None)
        names.update([value] if isinstance(value, str) else value or ())
    return names


def inlined(page: str) -> str:
    """The page with its style on its elements, where mail programs look for it; as it is where css-inline is not installed."""
    try:
        import css_inline  # only mail needs it
    except ImportError:
        return page
    return str(css_inline.inline(page, keep_at_rules=True, load_remote_stylesheets=False))
