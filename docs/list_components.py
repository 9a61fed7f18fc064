"""Lists what Facetally runs on, code and weights: licenses as a table, and a bill of materials
(CycloneDX).

The packages are those that are installed, as `pip install facetally[cpu]` asks for them.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from models.weights.catalog import FILES

OUT = Path("build/components")
LICENSE_CLASSIFIER = "License :: "
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Component:
    """A package, or a file of weights, with its license as its authors name it."""

    name: str
    version: str
    license: str
    purl: str = ""
    sha256: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the lists")
    out: Path = parser.parse_args().out
    components = list_components()
    out.mkdir(parents=True, exist_ok=True)
    (out / "licenses.md").write_text(write_table(components))
    (out / "sbom.json").write_text(json.dumps(write_sbom(components), indent=1) + "\n")


def list_components() -> list[Component]:
    """Packages by name, then weights."""
    return [*list_packages(), *list_weights()]


def list_packages() -> list[Component]:
    found: dict[str, Distribution] = {}
    _add_required(found, distribution("facetally"), ("cpu",))
    return [_describe(found[name]) for name in sorted(found)]


def _add_required(
    found: dict[str, Distribution], one: Distribution, extras: Sequence[str] = ()
) -> None:
    name = _normalize(one.name)
    if name in found and not extras:
        return
    found[name] = one
    for text in one.requires or ():
        required = Requirement(text)
        if _is_wanted(required, extras):
            _add_required(found, distribution(required.name), tuple(required.extras))


def _is_wanted(required: Requirement, extras: Sequence[str]) -> bool:
    marker = required.marker
    return marker is None or any(marker.evaluate({"extra": one}) for one in ("", *extras))


def _normalize(name: str) -> str:
    return name.lower().replace("_", "-")


def _describe(one: Distribution) -> Component:
    name = _normalize(one.name)
    return Component(name, one.version, _find_license(one), f"pkg:pypi/{name}@{one.version}")


def _find_license(one: Distribution) -> str:
    """An expression if there is one; older packages have classifiers, or only a text."""
    metadata = one.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = metadata.get_all("Classifier") or []
    named = [text for text in classifiers if text.startswith(LICENSE_CLASSIFIER)]
    if named:
        return " or ".join(text.split(" :: ")[-1] for text in named)
    texts = metadata.get_all("License") or [UNKNOWN]
    return (texts[0] or UNKNOWN).splitlines()[0]


def list_weights() -> Iterator[Component]:
    for file in FILES:
        yield Component(file.name, file.sha256[:12], file.license, sha256=file.sha256)


def write_table(components: Sequence[Component]) -> str:
    lines = [f"| {one.name} | {one.version} | {one.license} |" for one in components]
    return "\n".join(("| component | version | license |", "| --- | --- | --- |", *lines, ""))


def write_sbom(components: Sequence[Component]) -> dict[str, object]:
    """By https://cyclonedx.org/docs/1.6/json/"""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [_write_component(one) for one in components],
    }


def _write_component(one: Component) -> dict[str, object]:
    entry: dict[str, object] = {
        "type": "library" if one.purl else "machine-learning-model",
        "name": one.name,
        "version": one.version,
        "licenses": [{"license": {"name": one.license}}],
    }
    if one.purl:
        return {**entry, "bom-ref": one.purl, "purl": one.purl}
    hashes = [{"alg": "SHA-256", "content": one.sha256}]
    return {**entry, "bom-ref": one.name, "hashes": hashes}


if __name__ == "__main__":
    main()
