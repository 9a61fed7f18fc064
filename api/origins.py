"""Where requests come from."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from flask import request

# What a provider gives to one household or one server: its holder may use all of it.
IPV6_PREFIX = 64


def find_address() -> str:
    """Where this request comes from. A proxy at a private address says whose request it passes on;
    anyone else could write what they like."""
    peer = _parse(request.remote_addr or "")
    if peer is None:
        return request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str((_parse(forwarded) if peer.is_private else None) or peer)


def find_origin(address: str) -> str:
    """For whom requests from an address count: nobody has as many addresses as they like."""
    found = _parse(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, IPV6_PREFIX), strict=False))
    return address


def _parse(text: str) -> IPv4Address | IPv6Address | None:
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
