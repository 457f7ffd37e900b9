"""URLs: what may be linked, what two spellings have in common, what must not be shown. Pure, used by every stage."""

from planet.urls.join import join
from planet.urls.key import canonical_key, feed_key, host, host_and_path, origin
from planet.urls.normalise import (
    DEFAULT_PORTS,
    MAX_LENGTH,
    TRACKING,
    http_url,
    is_iri,
    is_tracking,
    to_uri,
    without_tracking,
)
from planet.urls.redact import carries_secret, masked, redacted, without_credentials

__all__ = [
    "DEFAULT_PORTS",
    "MAX_LENGTH",
    "TRACKING",
    "canonical_key",
    "carries_secret",
    "feed_key",
    "host",
    "host_and_path",
    "http_url",
    "is_iri",
    "is_tracking",
    "join",
    "masked",
    "origin",
    "redacted",
    "to_uri",
    "without_credentials",
    "without_tracking",
]
