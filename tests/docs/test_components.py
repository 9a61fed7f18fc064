"""Everything that Facetally runs on has a license that lets it, and is in the bill of materials."""

import re

from docs.list_components import UNKNOWN, list_components, write_sbom, write_table
from models.weights.catalog import FILES

# Whoever links with these has to publish their own code; of the Lesser license that is not so.
STRONG = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License")


def test_every_component_has_a_license_and_none_is_of_the_strong_kind() -> None:
    components = list_components()
    assert len(components) > 50
    assert [one.name for one in components if one.license in ("", UNKNOWN)] == []
    assert [one.name for one in components if STRONG.search(one.license)] == []


def test_the_pattern_tells_the_licenses_apart() -> None:
    assert STRONG.search("GPL-3.0-only")
    assert STRONG.search("AGPL-3.0-or-later")
    assert STRONG.search("GNU General Public License v3 (GPLv3)")
    assert not STRONG.search("LGPL-3.0-only")
    assert not STRONG.search("GNU Lesser General Public License v3 (LGPLv3)")


def test_the_bill_of_materials_has_packages_with_addresses_and_weights_with_hashes() -> None:
    bill = write_sbom(list_components())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    entries = bill["components"]
    assert len({one["bom-ref"] for one in entries}) == len(entries)
    packages = {one["name"] for one in entries if one["type"] == "library"}
    assert {"facetally", "flask", "celery", "onnxruntime", "numpy"} <= packages
    hashes = {one["hashes"][0]["content"] for one in entries if "hashes" in one}
    assert hashes == {file.sha256 for file in FILES}


def test_the_table_has_a_line_for_each_component() -> None:
    components = list_components()
    assert len(write_table(components).splitlines()) == len(components) + 2
