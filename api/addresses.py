"""Where requests come from."""

from ipaddress import ip_address

from flask import request

LONGEST_ADDRESS = 64


def find_address() -> str:
    """Where this request comes from. A proxy at a private address says whose request it passes on;
    anybody else could write what they like."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:LONGEST_ADDRESS] if forwarded and _is_private(peer) else peer


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
