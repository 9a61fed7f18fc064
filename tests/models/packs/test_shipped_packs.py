"""The packs that come with Facetally."""

import pytest

from models.packs.names import DEFAULT_PACK
from models.packs.shipped_packs import list_shipped, read_shipped
from models.weights.catalog import FILES


@pytest.mark.parametrize("name", list_shipped())
def test_a_shipped_pack_is_valid_and_says_where_it_comes_from(name):
    pack = read_shipped(name)
    assert pack.name == name
    assert pack.folder is None
    for part in (pack.detector, *pack.estimators):
        assert part.license
        assert part.source
        assert part.training_data


@pytest.mark.parametrize("name", list_shipped())
def test_the_files_of_a_shipped_pack_are_those_of_the_catalog(name):
    pinned = {file.name: file.sha256 for file in FILES}
    for file in read_shipped(name).files:
        assert pinned[file.name] == file.sha256


def test_the_default_comes_first():
    assert list_shipped()[0] == DEFAULT_PACK
