"""Where Redis is: a server, one with TLS, a socket, or whichever server some Sentinels name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ssl import CERT_REQUIRED
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")
SERVER_PORT, SENTINEL_PORT = 6379, 26379
# Files: of the authority that signed the server's certificate, and the client's own.
TLS_OPTIONS = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
SENTINEL_OPTIONS = frozenset({"sentinel_username", "sentinel_password"})


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """An address of FACETALLY_REDIS_URL, taken apart. `service` is what Sentinels call the servers
    of which one is in charge; without one, there is a single server, or a socket at `path`."""

    scheme: str
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    service: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError for what is no such address; no password is shown."""
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES:
            raise ValueError(
                f"the address must begin with {', '.join(f'{one}://' for one in SCHEMES)}"
            )
        is_sentinel = parts.scheme.endswith("+sentinel")
        options = _read_options(parts.query, parts.scheme, is_sentinel=is_sentinel)
        if parts.scheme == "unix":
            return cls("unix", path=parts.path, database=_read_number(options.pop("db", "")))
        user, _, hosts = parts.netloc.rpartition("@")
        username, _, password = user.partition(":")
        service, database = _read_path(parts.path, is_sentinel=is_sentinel)
        return cls(
            parts.scheme,
            _read_hosts(hosts, SENTINEL_PORT if is_sentinel else SERVER_PORT, many=is_sentinel),
            service=service,
            database=database,
            username=unquote(username) or None,
            password=unquote(password) or None,
            options=options,
        )

    @property
    def where(self) -> str:
        """For people."""
        hosts = ", ".join(_write_host(*one) for one in self.hosts)
        return f"{self.service} of the Sentinels {hosts}" if self.service else hosts or self.path

    @property
    def tls(self) -> dict[str, object]:
        """What clients need for TLS; empty without it. Certificates are always checked."""
        if not self.scheme.startswith("rediss"):
            return {}
        files = {name: self.options[name] for name in TLS_OPTIONS if name in self.options}
        return {"ssl_cert_reqs": CERT_REQUIRED, "ssl_check_hostname": True, **files}

    @property
    def sentinel_login(self) -> dict[str, str]:
        """What the Sentinels themselves ask for, if anything."""
        return {
            name.removeprefix("sentinel_"): value
            for name, value in self.options.items()
            if name in SENTINEL_OPTIONS
        }

    @property
    def celery_url(self) -> str:
        """Celery's spelling; it is told of TLS, and of the service, by settings of its own."""
        if self.scheme == "unix":
            return f"redis+socket://{self.path}?virtual_host={self.database}"
        scheme = "sentinel" if self.service else self.scheme
        user = (
            f"{quote(self.username or '', '')}:{quote(self.password, '')}@" if self.password else ""
        )
        hosts = (_write_host(*one) for one in self.hosts)
        return ";".join(f"{scheme}://{user}{host}/{self.database}" for host in hosts)


def _read_options(query: str, scheme: str, *, is_sentinel: bool) -> dict[str, str]:
    allowed = {
        *(TLS_OPTIONS if scheme.startswith("rediss") else ()),
        *(SENTINEL_OPTIONS if is_sentinel else ()),
        *(("db",) if scheme == "unix" else ()),
    }
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in sorted(options.keys() - allowed):
        raise ValueError(f"{scheme}:// has no option {name[:40]!r}")
    return options


def _read_path(path: str, *, is_sentinel: bool) -> tuple[str, int]:
    parts = path.strip("/").split("/")
    service = parts.pop(0) if is_sentinel else ""
    if len(parts) > 1 or (is_sentinel and not service):
        raise ValueError(
            "after the hosts comes the name of the service, as in "
            "redis+sentinel://one:26379,two:26379/mymaster"
            if is_sentinel
            else "after the host comes the number of a database, as in redis://localhost:6379/0"
        )
    return unquote(service), _read_number(parts[0] if parts else "")


def _read_number(text: str) -> int:
    if not text.isdecimal() and text:
        raise ValueError(f"the database must be a number, got {text[:40]!r}")
    return int(text or 0)


def _read_hosts(text: str, port: int, *, many: bool) -> tuple[tuple[str, int], ...]:
    hosts = text.split(",") if many else [text]
    return tuple(_read_host(one, port) for one in hosts)


def _read_host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        found = parts.port or port
    except ValueError:
        raise ValueError(f"{text[:80]!r} has no valid port") from None
    if not parts.hostname:
        raise ValueError("the address names no host")
    return parts.hostname, found


def _write_host(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
