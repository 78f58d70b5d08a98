"""Whether a broker answers."""

from __future__ import annotations

from kombu import Connection

_CONNECT_TIMEOUT_S = 3


def reason_away(url: str) -> str | None:
    """Why nobody answers at a broker's URL, without its password; None if somebody does."""
    options = {"socket_connect_timeout": _CONNECT_TIMEOUT_S, "socket_timeout": _CONNECT_TIMEOUT_S}
    is_redis = url.startswith(("redis", "valkey"))
    try:
        with Connection(url, connect_timeout=_CONNECT_TIMEOUT_S, transport_options=options if is_redis else {}) as it:
            it.ensure_connection(max_retries=1, interval_start=0, timeout=_CONNECT_TIMEOUT_S)
    except ValueError:
        # Its words quote the URL in pieces, and a password with `/`, `#` or `[` in it would be among them.
        return "the URL is malformed; write `/`, `#`, `?` and `[` in its password as `%2F`, `%23`, `%3F` and `%5B`"
    except Exception as error:  # noqa: BLE001 - each transport has errors of its own, for a malformed URL too
        return str(error).replace(url, "the URL") or type(error).__name__
    return None
