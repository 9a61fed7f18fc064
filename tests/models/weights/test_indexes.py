"""Indexes are those that pip or uv would ask."""

import os

import pytest

from models.weights.indexes import PYPI, Indexes

NO_FILE = {"PIP_CONFIG_FILE": os.devnull}


@pytest.mark.parametrize(
    ("environ", "urls"),
    [
        ({}, (PYPI,)),
        ({"PIP_INDEX_URL": "https://a.example/simple"}, ("https://a.example/simple",)),
        ({"UV_DEFAULT_INDEX": "https://b.example/simple"}, ("https://b.example/simple",)),
        ({"UV_INDEX": "ours=https://c.example/s"}, (PYPI, "https://c.example/s")),
        (
            {"PIP_EXTRA_INDEX_URL": "https://c.example/s file:///opt/simple https://d.example/s"},
            (PYPI, "https://c.example/s", "https://d.example/s"),
        ),
        (
            {"PIP_INDEX_URL": "https://a.example/s?x=1", "UV_INDEX_URL": "https://b.example/s"},
            ("https://a.example/s?x=1",),
        ),
    ],
    ids=["none", "pip", "uv", "uv-named", "extra", "both"],
)
def test_variables_name_indexes(environ, urls):
    assert Indexes.from_env({**NO_FILE, **environ}).urls == urls


def test_files_of_pip_count_after_variables(tmp_path):
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://a.example/simple\ncert = /etc/ours.pem\n"
        "[install]\nextra-index-url =\n    https://b.example/simple\n    https://c.example/simple\n"
    )
    environ = {"PIP_CONFIG_FILE": str(file), "HOME": str(tmp_path)}
    indexes = Indexes.from_env(environ)
    assert indexes.urls[:3] == (
        "https://a.example/simple",
        "https://b.example/simple",
        "https://c.example/simple",
    )
    assert indexes.certificates == "/etc/ours.pem"
    named = Indexes.from_env({**environ, "PIP_INDEX_URL": "https://d.example/simple"})
    assert named.urls[0] == "https://d.example/simple"


def test_an_unreadable_file_of_pip_is_ignored(tmp_path):
    file = tmp_path / "pip.conf"
    file.write_bytes(b"\xff index-url")
    assert Indexes.from_env({"PIP_CONFIG_FILE": str(file), "HOME": str(tmp_path)}).urls[0] == PYPI
