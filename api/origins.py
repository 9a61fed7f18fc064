"""Where requests come from."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from flask import request

Address = IPv4Address | IPv6Address
# What a provider gives to one household or one server: its holder may use all of it.
IPV6_PREFIX = 64


def find_address() -> str:
    """Where this request comes from; the operator's proxies do not count: api/proxies.py."""
    given = request.remote_addr or ""
    return str(parse_address(given) or given)


def find_origin(address: str) -> str:
    """For whom requests from an address count: nobody has as many addresses as they like."""
    found = parse_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, IPV6_PREFIX), strict=False))
    return address


def parse_address(text: str) -> Address | None:
    """An address, which some proxies write with a port; an IPv4 address as such."""
    for host in (text, _host_of(text)):
        try:
            found = ip_address(host)
        except ValueError:
            continue
        return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found
    return None


def _host_of(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""
