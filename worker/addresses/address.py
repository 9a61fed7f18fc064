"""Addresses of remote items: parsed once, and compared with the sources that the operator allows.

An item is fetched from the parts of its Address alone: what was checked is what is fetched.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from models.errors import ForbiddenItem, UnsupportedItem

USUAL_PORTS = {"https": 443, "http": 80}
WEB_SCHEMES = frozenset(USUAL_PORTS)
BUCKET_SCHEMES = frozenset({"s3", "gs", "az"})
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\\]")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?")
# No @, : or %: with one of these, the libraries would use another account than the operator's own.
BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
# adlfs takes a container name with a dot for a host.
CONTAINER = re.compile(r"[A-Za-z0-9$][A-Za-z0-9-]*")
# Characters that are not escaped: path delimiters, and escapes that are already there.
PLAIN_IN_PATH = "/%:@!$&'()*+,;=~"
PLAIN_IN_QUERY = PLAIN_IN_PATH + "?[]"


@dataclass(frozen=True, slots=True)
class Address:
    """`host` may be the name of a bucket; `path` is empty or begins with a slash."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str = ""

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises UnsupportedItem, or ForbiddenItem where the path climbs out of its folder."""
        scheme, _, rest = uri.partition("://")
        scheme = scheme.lower()
        if UNPRINTABLE.search(uri):
            raise UnsupportedItem(
                "The address must not contain a backslash or a control character."
            )
        parsed = (
            cls._parse_web(scheme, rest) if scheme in WEB_SCHEMES else cls._bucket(scheme, rest)
        )
        if _climbs(parsed.path):
            raise ForbiddenItem("The path of the address must not contain . or .. segments.")
        return parsed

    @classmethod
    def _parse_web(cls, scheme: str, rest: str) -> Self:
        try:
            parts = urlsplit(f"{scheme}://{rest}")
            host, port = parts.hostname or "", parts.port or USUAL_PORTS[scheme]
        except ValueError as error:
            raise UnsupportedItem(f"The address is not a URL: {error}.") from error
        if "@" in parts.netloc:
            raise UnsupportedItem("The address must not contain a user name or a password.")
        if parts.fragment:
            raise UnsupportedItem("The address must not contain #; in a file name, write %23.")
        if not (host == "" or HOST.fullmatch(host) or _is_ipv6(host)):
            raise UnsupportedItem(
                f"{host!r} is not a valid host. Write a non-ASCII name in its xn-- form."
            )
        path = quote(parts.path, safe=PLAIN_IN_PATH)
        return cls(scheme, host, port, path, quote(parts.query, safe=PLAIN_IN_QUERY))

    @classmethod
    def _bucket(cls, scheme: str, rest: str) -> Self:
        if scheme not in BUCKET_SCHEMES:
            raise UnsupportedItem(
                "The address must start with file:///, https://, s3://, gs:// or az://."
            )
        bucket, slash, key = rest.partition("/")
        if not (CONTAINER if scheme == "az" else BUCKET).fullmatch(bucket):
            raise UnsupportedItem(
                f"{bucket!r} is not a valid bucket: write {scheme}://bucket/folder/1.jpg."
            )
        return cls(scheme, bucket, None, slash + key)

    @property
    def origin(self) -> str:
        """Scheme and host, as a person reads them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port in (None, USUAL_PORTS.get(self.scheme))
        return f"{self.scheme}://{host}" if usual else f"{self.scheme}://{host}:{self.port}"

    def __str__(self) -> str:
        return self.origin + self.path + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class Permission:
    """An address that may be read; `anywhere` if its host is listed, and so may be private."""

    address: Address
    anywhere: bool


class AllowList:
    """The addresses that the operator lets workers read: prefixes of whole path segments."""

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self._prefixes = tuple(parse_prefix(prefix) for prefix in prefixes)

    def permit(self, uri: str) -> Permission:
        """The address as it may be read; raises ForbiddenItem if no entry of the list covers it."""
        address = Address.parse(uri)
        if not address.host or (address.scheme in BUCKET_SCHEMES and not address.path.strip("/")):
            raise UnsupportedItem("The address must name a host or a bucket, and a file in it.")
        covering = [prefix for prefix in self._prefixes if _covers(prefix, address)]
        if not covering:
            raise ForbiddenItem(
                f"{address.origin} is not among the sources that the operator allows. Upload the "
                "file, or ask for its address to be added to FACETALLY_SOURCES."
            )
        return Permission(address, anywhere=any(prefix.host for prefix in covering))


def parse_prefix(text: str) -> Address:
    """An entry of the list; raises ValueError for one that names no host, or too much."""
    try:
        prefix = Address.parse(text if "://" in text else "")
    except (UnsupportedItem, ForbiddenItem) as error:
        raise ValueError(f"{text!r} is not a source. {error}") from error
    if prefix.query:
        raise ValueError(f"{text!r} is not a source: it must not contain '?'.")
    if not prefix.host and (prefix.path or prefix.port != USUAL_PORTS[prefix.scheme]):
        raise ValueError(f"{text!r} is not a source: it must name a host before its path.")
    return prefix


def _covers(prefix: Address, address: Address) -> bool:
    if (prefix.scheme, prefix.port) != (address.scheme, address.port):
        return False
    if prefix.host not in ("", address.host):
        return False
    folder = prefix.path.rstrip("/")
    return address.path == folder or address.path.startswith(folder + "/")


def _climbs(path: str) -> bool:
    """Whether a server could read a path as leaving its folder, however often it unescapes it."""
    while True:
        names = (name.partition(";")[0] for name in re.split(r"[/\\]", path))
        if any(name in (".", "..") for name in names):
            return True
        if (plain := unquote(path)) == path:
            return False
        path = plain


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
