"""What the guard admits, and the ways inside that it closes."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from docai.errors import WebhookUrlRefused
from docai.webhooks.guard import Guard, is_public, system_addresses

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:831::200e", "::ffff:808:808"]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


def guard(*addresses: str, allowed: Sequence[str] = ()) -> Guard:
    return Guard([ip_network(block) for block in allowed], resolve=lambda host, port: addresses)


def reason(admitting: Guard, url: str) -> object:
    with pytest.raises(WebhookUrlRefused) as caught:
        admitting.admit(url)
    return caught.value.details["reason"]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_admitted(address: str) -> None:
    assert is_public(ip_address(address))
    target = guard(address).admit("https://example.com/hook?a=b")
    assert (target.host, target.port, target.path, target.addresses) == ("example.com", 443, "/hook?a=b", (address,))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_inner_address_is_refused_whatever_it_is_wrapped_in(address: str) -> None:
    assert not is_public(ip_address(address))
    assert reason(guard(address), "https://example.com/") == "address_refused"


def test_one_inner_address_among_public_ones_refuses_them_all() -> None:
    assert reason(guard(*PUBLIC, "10.0.0.1"), "https://example.com/") == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com/",
        "example.com",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://example.com/#fragment",
        "https://example.com:8443/",
        "https://example.com:22/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/\r\nX-Evil: 1",
        "https://example.com/\x00",
        "https://[::1/",
        "https://example.com/" + "a" * 2000,
        "",
    ],
)
def test_a_url_that_is_not_plain_https_is_refused(url: str) -> None:
    assert reason(guard("93.184.215.14"), url) == "url_refused"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "[::ffff:7f00:1]", "localhost"],
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    assert reason(Guard(), f"https://{host}/") == "address_refused"


def test_a_name_without_an_address_is_refused() -> None:
    assert reason(Guard(), "https://no-such-name.invalid/") == "name_not_found"
    assert reason(guard(), "https://example.com/") == "name_not_found"


def test_an_allowed_network_takes_http_and_any_port() -> None:
    inside = guard("10.1.2.3", allowed=["10.0.0.0/8"])
    target = inside.admit("http://intranet:8080")
    assert (target.is_tls, target.port, target.path, target.host_header) == (False, 8080, "/", "intranet:8080")
    assert inside.admit("https://intranet/").host_header == "intranet"
    assert guard("::ffff:10.1.2.3", allowed=["10.0.0.0/8"]).admit("http://intranet/")


def test_an_allowed_network_opens_nothing_else() -> None:
    assert reason(guard("10.1.2.3", "10.9.9.9", allowed=["10.1.0.0/16"]), "http://mixed/") == "address_refused"
    assert reason(guard("10.1.2.3", "8.8.8.8", allowed=["10.1.0.0/16"]), "http://mixed/") == "url_refused"
    assert reason(guard("8.8.8.8", allowed=["10.1.0.0/16"]), "https://public:8080/") == "url_refused"


def test_an_ipv6_host_keeps_its_brackets_where_they_belong() -> None:
    target = Guard([ip_network("::1/128")]).admit("https://[::1]:8443/")
    assert (target.host, target.host_header, target.addresses) == ("::1", "[::1]:8443", ("::1",))


def test_a_name_beyond_ascii_is_read_as_punycode() -> None:
    assert guard("8.8.8.8").admit("https://bücher.example/").host == "xn--bcher-kva.example"


def test_the_resolver_gives_every_address_once() -> None:
    assert system_addresses("127.0.0.1", 443) == ["127.0.0.1"]
