"""Settings are read from the environment and checked; docs/settings.md lists each of them."""

import re
from pathlib import Path

import pytest

from worker.settings import PREFIX, Settings, SettingsError

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_an_empty_environment_gives_the_embedded_installation() -> None:
    settings = Settings.from_env({"HOME": "/home/ada"})
    assert settings.database_url.startswith("sqlite:///")
    assert settings.store_url.startswith("file://")
    assert not str(settings.data_dir).startswith("~")


def test_settings_are_read_by_their_names() -> None:
    settings = Settings.from_env(
        {
            "FACETALLY_API_KEYS": f"{'1' * 32}, {'2' * 32},",
            "FACETALLY_FILE_ROOTS": "/data/a:/data/b",
            "FACETALLY_SOURCES": "https://, s3://photos/2026/",
            "FACETALLY_LIVE_SOURCES": "desk=0, stage=/videos/stage.mp4",
            "FACETALLY_PORT": "9000",
            "FACETALLY_DATA_DIR": "",
            "UNRELATED": "1",
        }
    )
    assert settings.sources == ("https://", "s3://photos/2026/")
    assert settings.live_sources == ("desk=0", "stage=/videos/stage.mp4")
    assert settings.api_keys == ("1" * 32, "2" * 32)
    assert settings.file_roots == (Path("/data/a"), Path("/data/b"))
    assert settings.port == 9000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FACETALLY_PROVIDR", "cpu", "FACETALLY_PROVIDR: unknown setting"),
        (
            "FACETALLY_PROVIDER",
            "gpu",
            "FACETALLY_PROVIDER: Input should be 'auto', 'cpu', 'cuda', 'tensorrt', 'openvino'",
        ),
        (
            "FACETALLY_API_KEYS",
            f"{'k' * 32},secret",
            "FACETALLY_API_KEYS: a key has 6 characters, and needs at least 32",
        ),
        ("FACETALLY_SOURCES", "s3://", "FACETALLY_SOURCES: 's3://' is not a source"),
        ("FACETALLY_LIVE_SOURCES", "a=b", "FACETALLY_LIVE_SOURCES: 'a' must be a"),
        (
            "FACETALLY_TRUSTED_PROXIES",
            "10.0.0.1,proxy",
            "FACETALLY_TRUSTED_PROXIES: 'proxy' does not appear to be an IPv4 or IPv6 network: "
            "write 10.0.0.7 or 10.0.0.0/24",
        ),
        ("FACETALLY_PORT", "http", "FACETALLY_PORT: Input should be a valid integer"),
        (
            "FACETALLY_SCORE_THRESHOLD",
            "7",
            "FACETALLY_SCORE_THRESHOLD: Input should be less than 1",
        ),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        Settings.from_env({name: value})


def test_the_page_of_settings_lists_every_setting_and_no_other() -> None:
    rows = re.findall(rf"^\| `{PREFIX}(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FACETALLY_DATABASE_URL", "postgresql://host/name"),
        ("FACETALLY_DATABASE_URL", "nonsense"),
        ("FACETALLY_REDIS_URL", "http://host:6379"),
    ],
)
def test_an_address_of_another_kind_of_server_is_refused_in_a_sentence(name, value):
    with pytest.raises(SettingsError, match=f"^{name}: .*the address must begin with"):
        Settings.from_env({name: value})


def test_a_pooler_is_one_that_changes_connections_after_each_transaction() -> None:
    address = "postgresql+psycopg://pooler/facetally?pooling="
    name = "FACETALLY_DATABASE_URL"
    assert Settings.from_env({name: f"{address}transaction"}).database_url.endswith("=transaction")
    with pytest.raises(SettingsError, match=f"^{name}: .*pooling must be transaction"):
        Settings.from_env({name: f"{address}session"})
