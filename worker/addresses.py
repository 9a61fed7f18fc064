"""Addresses of items that lie elsewhere: taken apart once, and compared with what the operator
allows.

An item is fetched from the parts of its Address alone, so that nobody can read it another way than
it was judged.
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
# No @, : or %: behind these, the libraries would find another account than the operator's own.
BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
# A dot in the name of a container would be taken for a host by adlfs.
CONTAINER = re.compile(r"[A-Za-z0-9$][A-Za-z0-9-]*")
# What stays as it is: marks that part a path, and escapes that are written already.
PLAIN_IN_PATH = "/%:@!$&'()*+,;=~"
PLAIN_IN_QUERY = PLAIN_IN_PATH + "?[]"


@dataclass(frozen=True, slots=True)
class Address:
    """`place` is a host, or the name of a bucket; `path` is empty or begins with a slash."""

    scheme: str
    place: str
    port: int | None
    path: str
    query: str = ""

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises UnsupportedItem, or ForbiddenItem where the path climbs out of its folder."""
        scheme, _, rest = uri.partition("://")
        scheme = scheme.lower()
        if UNPRINTABLE.search(uri):
            raise UnsupportedItem("The address must hold no backslash and no control character.")
        parsed = (
            cls._parse_web(scheme, rest) if scheme in WEB_SCHEMES else cls._bucket(scheme, rest)
        )
        if _climbs(parsed.path):
            raise ForbiddenItem("The address must hold no . or .. as a step of its path.")
        return parsed

    @classmethod
    def _parse_web(cls, scheme: str, rest: str) -> Self:
        try:
            parts = urlsplit(f"{scheme}://{rest}")
            host, port = parts.hostname or "", parts.port or USUAL_PORTS[scheme]
        except ValueError as error:
            raise UnsupportedItem(f"The address is not a URL: {error}.") from error
        if "@" in parts.netloc:
            raise UnsupportedItem("The address must hold no user name and no password.")
        if parts.fragment:
            raise UnsupportedItem("The address must hold no #; in a name it is written %23.")
        if not (host == "" or HOST.fullmatch(host) or _is_ipv6(host)):
            raise UnsupportedItem(f"{host!r} is no host; names beyond ASCII are written xn--...")
        path = quote(parts.path, safe=PLAIN_IN_PATH)
        return cls(scheme, host, port, path, quote(parts.query, safe=PLAIN_IN_QUERY))

    @classmethod
    def _bucket(cls, scheme: str, rest: str) -> Self:
        if scheme not in BUCKET_SCHEMES:
            raise UnsupportedItem(
                "The item's address must begin with file:///, https://, s3://, gs:// or az://."
            )
        bucket, slash, key = rest.partition("/")
        if not (CONTAINER if scheme == "az" else BUCKET).fullmatch(bucket):
            raise UnsupportedItem(f"{bucket!r} is no bucket: write {scheme}://bucket/folder/1.jpg.")
        return cls(scheme, bucket, None, slash + key)

    @property
    def origin(self) -> str:
        """Scheme and place, as a person reads them."""
        place = f"[{self.place}]" if ":" in self.place else self.place
        usual = self.port in (None, USUAL_PORTS.get(self.scheme))
        return f"{self.scheme}://{place}" if usual else f"{self.scheme}://{place}:{self.port}"

    def __str__(self) -> str:
        return self.origin + self.path + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class Permission:
    """An address that may be read; `anywhere` where its place is listed, and may be private."""

    address: Address
    anywhere: bool


class AllowList:
    """The addresses that the operator lets workers read: prefixes, each of whole steps."""

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self._prefixes = tuple(parse_prefix(prefix) for prefix in prefixes)

    def permit(self, uri: str) -> Permission:
        """The address as it may be read; raises ForbiddenItem where nothing listed covers it."""
        address = Address.parse(uri)
        if not address.place or (address.scheme in BUCKET_SCHEMES and not address.path.strip("/")):
            raise UnsupportedItem("The address must name a host or a bucket, and a file in it.")
        covering = [prefix for prefix in self._prefixes if _covers(prefix, address)]
        if not covering:
            raise ForbiddenItem(
                f"{address.origin} is not among the sources that the operator allows; upload the "
                "file, or ask for its address to be added to FACETALLY_SOURCES."
            )
        return Permission(address, anywhere=any(prefix.place for prefix in covering))


def parse_prefix(text: str) -> Address:
    """An entry of the list; raises ValueError for one that says no place, or too much."""
    try:
        prefix = Address.parse(text if "://" in text else "")
    except (UnsupportedItem, ForbiddenItem) as error:
        raise ValueError(f"{text!r} is no source. {error}") from error
    if prefix.query:
        raise ValueError(f"{text!r} is no source: it must hold no '?'.")
    if not prefix.place and (prefix.path or prefix.port != USUAL_PORTS[prefix.scheme]):
        raise ValueError(f"{text!r} is no source: it must name a host before its path.")
    return prefix


def _covers(prefix: Address, address: Address) -> bool:
    if (prefix.scheme, prefix.port) != (address.scheme, address.port):
        return False
    if prefix.place not in ("", address.place):
        return False
    folder = prefix.path.rstrip("/")
    return address.path == folder or address.path.startswith(folder + "/")


def _climbs(path: str) -> bool:
    """Whether any server could read a step up in a path, however often it is unescaped."""
    while True:
        steps = (step.partition(";")[0] for step in re.split(r"[/\\]", path))
        if any(step in (".", "..") for step in steps):
            return True
        if (plain := unquote(path)) == path:
            return False
        path = plain


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
