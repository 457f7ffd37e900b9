"""URLs: normalised for links and requests, compared by canonical keys, shown without secrets. Pure, used by every stage."""

from planet.urls.hosts import counts_clicks, host_group, rate_limit_scope, same_site
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
from planet.urls.redact import carries_secret, has_credentials, masked, redacted, without_credentials
from planet.urls.targets import (
    BadUrlError,
    Target,
    credentials,
    has_host,
    https_of_webcal,
    joined,
    only_upgraded,
    same_url,
    target,
    user_of,
)

__all__ = [
    "DEFAULT_PORTS",
    "MAX_LENGTH",
    "TRACKING",
    "BadUrlError",
    "Target",
    "canonical_key",
    "carries_secret",
    "counts_clicks",
    "credentials",
    "feed_key",
    "has_credentials",
    "has_host",
    "host",
    "host_and_path",
    "host_group",
    "http_url",
    "https_of_webcal",
    "is_iri",
    "is_tracking",
    "join",
    "joined",
    "masked",
    "only_upgraded",
    "origin",
    "rate_limit_scope",
    "redacted",
    "same_site",
    "same_url",
    "target",
    "to_uri",
    "user_of",
    "without_credentials",
    "without_tracking",
]
