"""Which addresses a webhook may reach: public ones and the networks that the operator names, nothing by trick."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from docai.errors import WebhookUrlRefused

MAX_URL_CHARACTERS = 2000
HTTPS_PORT = 443
HTTP_PORT = 80

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out as public IPv6. Outside lie `::/96`, NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`),
`fec0::/10`, `fc00::/7`, `fe80::/10`, `5f00::/16`, multicast: some of them `is_global` calls global."""

_NEVER = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",  # IETF protocol assignments, 192.0.0.192 is a cloud's metadata service
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # a cloud's host agent: a public number that answers only inside
        "2001::/32",  # Teredo: carries an IPv4 address within
        "2002::/16",  # 6to4: likewise
        "3fff::/20",  # documentation
    )
)
"""What `is_global` calls global, depending on Python's version, and is not; it knows IANA's other special blocks."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Iterable[str]]
"""Every address of a name, as text, in the order to try them; raises OSError if there is none."""


@dataclass(frozen=True, slots=True)
class Target:
    """An admitted URL with the addresses that were checked; only these may be connected to, never the name again."""

    is_tls: bool
    host: str
    """As it stands in the URL, without brackets: for TLS."""
    port: int
    path: str
    """With the query."""
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """The `Host` of the request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS_PORT if self.is_tls else HTTP_PORT) else f"{host}:{self.port}"


def system_addresses(host: str, port: int) -> list[str]:
    """What this machine's resolver says; it also understands every spelling of an IPv4 address, such as `127.1`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Admits a URL or says why not. Holds no state of any URL, so that what is checked is what is connected to."""

    def __init__(self, allowed_networks: Sequence[Network] = (), *, resolve: Resolve = system_addresses) -> None:
        """Permit public addresses by HTTPS on port 443, and `allowed_networks` by HTTP too and on any port."""
        self._allowed = tuple(allowed_networks)
        self._resolve = resolve

    def admit(self, url: str) -> Target:
        """Where a delivery to `url` may connect.

        Every address of the name must be permitted: one that is not, among ten that are, is an attempt.

        Raises:
            WebhookUrlRefused: the URL or one of its addresses is not permitted, or its name has no address.
        """
        scheme, host, port, path = _parts(url)
        if port is None:
            port = HTTPS_PORT if scheme == "https" else HTTP_PORT
        try:
            addresses = [ip_address(text) for text in self._resolve(host, port)]
        except (OSError, ValueError) as error:
            raise _refused("name_not_found", f"The name {host!r} has no address.") from error
        if not addresses:
            raise _refused("name_not_found", f"The name {host!r} has no address.")
        if not all(self._is_allowed(address) for address in addresses):
            self._admit_public(scheme, host, port, addresses)
        return Target(scheme == "https", host, port, path, tuple(str(address) for address in addresses))

    def _admit_public(self, scheme: str, host: str, port: int, addresses: Sequence[Address]) -> None:
        if not all(is_public(address) or self._is_allowed(address) for address in addresses):
            raise _refused("address_refused", f"The name {host!r} has an address that is not public.")
        if scheme != "https":
            raise _refused("url_refused", "The URL must begin with https://.")
        if port != HTTPS_PORT:
            raise _refused("url_refused", f"The port must be {HTTPS_PORT}.")

    def _is_allowed(self, address: Address) -> bool:
        return any(_unmapped(address) in network for network in self._allowed)


def is_public(address: Address) -> bool:
    """Whether the address is one of the open internet, and of nothing that leads elsewhere."""
    address = _unmapped(address)
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_UNICAST or address.scope_id is not None):
        return False
    return address.is_global and not address.is_multicast and not any(address in block for block in _NEVER)


def _unmapped(address: Address) -> Address:
    """The IPv4 address that `::ffff:0:0/96` stands for."""
    return getattr(address, "ipv4_mapped", None) or address


def _parts(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path; read once, so that no second reader can understand the URL differently."""
    if len(url) > MAX_URL_CHARACTERS or not url.isprintable() or any(character in url for character in " \\"):
        raise _refused("url_refused", f"The URL must be printable and have at most {MAX_URL_CHARACTERS} characters.")
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise _refused("url_refused", "The URL cannot be read.") from error
    if parsed.scheme not in {"https", "http"} or not parsed.host:
        raise _refused("url_refused", "The URL must begin with https:// and a name.")
    if parsed.auth is not None:
        raise _refused("url_refused", "The URL must not hold a user name or password; requests are signed instead.")
    if parsed.fragment is not None:
        raise _refused("url_refused", "The URL must not hold a #fragment.")
    return parsed.scheme, parsed.host.strip("[]"), parsed.port, parsed.request_uri


def _refused(reason: str, message: str) -> WebhookUrlRefused:
    return WebhookUrlRefused(message, reason=reason)
