"""The text of a setting: taken apart, checked, and its faults told."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import ValidationError
from sqlalchemy import make_url

from db.engine import POOLING, TRANSACTION

DATABASE_SCHEMES = ("postgresql+psycopg://", "sqlite://")
LEAST_KEY_LENGTH = 32


def split_list(value: object, separator: str) -> object:
    """The parts of a list in a text; any other value as it is."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(separator) if part.strip())


def check_scheme(url: str, schemes: tuple[str, ...]) -> str:
    """Raises ValueError where an address does not begin with one of these."""
    if url and not url.startswith(schemes):
        raise ValueError(f"the address must begin with {' or '.join(schemes)}")
    return url


def check_database(url: str) -> str:
    """Raises ValueError for an address that is not of a database, or of a way to use PgBouncer that
    does not work."""
    check_scheme(url, DATABASE_SCHEMES)
    if url and make_url(url).query.get(POOLING, TRANSACTION) != TRANSACTION:
        raise ValueError(f"{POOLING} must be {TRANSACTION}, as with PgBouncer")
    return url


def parse_networks(texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks, or single addresses; raises ValueError for what is neither."""
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise ValueError(f"{error}: write 10.0.0.7 or 10.0.0.0/24") from None


def check_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Raises ValueError for keys that people made up, which can be guessed. No key is shown."""
    shortest = min(map(len, keys), default=LEAST_KEY_LENGTH)
    if shortest < LEAST_KEY_LENGTH:
        raise ValueError(
            f"a key has {shortest} characters, and needs at least {LEAST_KEY_LENGTH}: make one "
            "with openssl rand -hex 24"
        )
    return keys


def explain_faults(error: ValidationError, prefix: str) -> str:
    """Each variable with its fault, in one line."""
    lines = []
    for fault in error.errors():
        # A default was not made, as another setting has a fault.
        if fault["type"] == "default_factory_not_called":
            continue
        name = prefix + "_".join(str(part) for part in fault["loc"]).upper()
        unknown = fault["type"] == "extra_forbidden"
        lines.append(
            f"{name}: "
            + ("unknown setting" if unknown else fault["msg"].removeprefix("Value error, "))
        )
    return "; ".join(lines)
