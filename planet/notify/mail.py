"""A notification as mail: an HTML part with inline styles, and a text part."""

from __future__ import annotations

import email
import email.policy
import functools
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from planet.notify.message import Notification


@functools.cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")


def page(notification: Notification) -> str:
    """The message as an HTML document; its style stays in its head where css-inline is not installed."""
    html = str(_template().render(mail=notification))
    try:
        import css_inline  # an extra
    except ImportError:
        return html
    return str(css_inline.inline(html, keep_at_rules=True, load_remote_stylesheets=False))


def text(notification: Notification) -> str:
    """The text part of a message: each item with its address."""
    blocks: list[str] = []
    for heading, lines in notification.parts:
        blocks += _heading(heading)
        blocks += [_lines(line.title, line.about, line.excerpt, line.url) for line in lines]
    blocks += [_lines(line.title, line.url) for line in notification.more]
    blocks += _heading(notification.coming if notification.stories else "")
    blocks += [_lines(line.title, line.about, line.url) for line in notification.events]
    blocks += _heading(notification.new)
    blocks += [_lines(line.title, line.url) for line in notification.newcomers]
    blocks += notification.notices
    blocks.append(f"-- \n{notification.page_title}\n{notification.page}")
    return "\n\n".join(blocks) + "\n"


def _heading(text: str) -> list[str]:
    return [f"{text}\n{'-' * len(text)}"] if text else []


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def rewritten(raw: str, notification: Notification) -> bytes:
    """The mail that Apprise prepared, with the text part for reading, and the headers that lists and threads go by."""
    mail = email.message_from_string(raw, policy=email.policy.SMTP)
    assert isinstance(mail, EmailMessage)
    host = urlsplit(notification.site).hostname or "planet.invalid"
    for name in ("Message-ID", "List-Id", "References"):
        del mail[name]
    mail["Message-ID"] = make_msgid(domain=host)
    if notification.to:
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: an absent owner's machine need not answer
    else:
        mail["List-Id"] = f"{notification.sender} <planet.{host}>"
    if notification.reply_to:
        del mail["Reply-To"]
        mail["Reply-To"] = notification.reply_to
    if notification.thread:
        mail["References"] = f"<digest.{notification.thread}@{host}>"
    for part in mail.walk():
        if part.get_content_type() == "text/plain" and isinstance(part, EmailMessage):
            part.set_content(text(notification), charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def send_mail(plugin: Any, notification: Notification) -> bool:
    """Send by the mail server of an Apprise mail URL. Returns whether it took the mail for every recipient."""
    from apprise import NotifyFormat  # see planet.notify.send
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.email.smtp import AppriseSMTPController

    headers = {"X-Application": notification.sender, **plugin.headers}
    if notification.to:
        headers.pop("List-Unsubscribe", None)
    elif "List-Unsubscribe" not in headers:
        headers["List-Unsubscribe"] = f"<mailto:{plugin.from_addr[1]}?subject=unsubscribe>"
    messages = NotifyEmail.prepare_emails(
        subject=notification.title,
        body=page(notification),
        notify_format=NotifyFormat.HTML,
        from_addr=plugin.from_addr,
        to=[(False, notification.to)] if notification.to else plugin.targets,
        cc=set() if notification.to else plugin.cc,
        bcc=set() if notification.to else plugin.bcc,
        reply_to=plugin.reply_to,
        smtp_host=plugin.smtp_host,
        headers=headers,
        names=plugin.names,
        tzinfo=plugin.tzinfo,
    )
    with AppriseSMTPController(
        host=plugin.smtp_host,
        port=plugin.port,
        secure_mode=plugin.secure_mode,
        user=plugin.user,
        password=plugin.password,
        verify_certificate=plugin.verify_certificate,
        socket_connect_timeout=plugin.socket_connect_timeout,
    ) as server:
        accepted = [
            server.sendmail(plugin.from_addr[1], message.to_addrs, rewritten(message.body, notification).decode())
            for message in messages
        ]
    return all(accepted)
