"""What the settings say of an OpenID provider: its address, and what its groups allow."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from db.access.key_values import Scope

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_protected(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent there."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in LOOPBACK)
    except ValueError:
        return False


def check_issuer(issuer: str) -> str:
    """The same address; raises ValueError if anyone on the way could say who someone is."""
    if issuer and not is_protected(issuer):
        raise ValueError("the address must begin with https://")
    return issuer


def parse_groups(entries: Iterable[str]) -> Mapping[str, frozenset[Scope]]:
    """The scopes of each group, by its name at the provider, from entries such as
    `marketing=submit+read`; raises ValueError."""
    return dict(map(_parse, entries))


def _parse(entry: str) -> tuple[str, frozenset[Scope]]:
    # Groups may be paths, or have an equals sign.
    group, _, words = (part.strip() for part in entry.rpartition("="))
    scopes = [word.strip() for word in words.split("+")]
    unknown = [word for word in scopes if word not in set(Scope)]
    if not group or unknown:
        raise ValueError(
            f"{entry!r} is not a group with scopes: write marketing=submit+read, with some of "
            f"{', '.join(Scope)}."
        )
    return group, frozenset(map(Scope, scopes))
