"""What does not answer at the start is a sentence that says what to do."""

import re
from pathlib import Path

import pytest

from cli.exits import CommandFailed
from cli.stack.reachability import find_unreachable, require_services, tell_unreachable
from worker.settings import Settings

NOBODY = "127.0.0.1:1"
POSTGRESQL = f"postgresql+psycopg://me:secret@{NOBODY}/facetally"


def change(settings: Settings, **changes: str) -> Settings:
    return settings.model_copy(update=changes)


def test_nothing_is_said_of_what_answers(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    require_services(settings)
    tell_unreachable(change(settings, redis_url=""))
    assert capsys.readouterr().err == ""
    assert (settings.data_dir / "store").is_dir()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"database_url": POSTGRESQL}, f"The database at {NOBODY} does not answer: "),
        ({"database_url": "sqlite:////nowhere/at/all"}, "The database /nowhere/at/all cannot be"),
        ({"redis_url": f"redis://:secret@{NOBODY}/0"}, f"The queue at {NOBODY} does not answer: "),
        (
            {"redis_url": f"redis+sentinel://:secret@{NOBODY}/m"},
            f"The queue at m of the Sentinels {NOBODY} does not answer: no Sentinel answers that ",
        ),
        ({"redis_url": "unix:///nowhere.sock"}, "The queue at /nowhere.sock does not answer: "),
        ({"store_url": "file:///proc/nowhere"}, "The store file:///proc/nowhere cannot be used: "),
    ],
)
def test_a_service_that_does_not_answer_is_named(
    settings: Settings, changes: dict[str, str], sentence: str
) -> None:
    [told] = find_unreachable(change(settings, **changes))
    assert told.startswith(sentence)
    assert re.search(r"FACETALLY_(DATABASE|REDIS|STORE)_URL\.$", told)
    assert "secret" not in told
    assert "\n" not in told
    with pytest.raises(CommandFailed, match=re.escape(told)):
        require_services(change(settings, **changes))


def test_a_process_of_a_deployment_waits(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_unreachable(change(settings, database_url=POSTGRESQL))
    assert capsys.readouterr().err.endswith("FACETALLY_DATABASE_URL. Waiting for it.\n")


def test_what_is_no_store_ends_every_process(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="FACETALLY_STORE_URL is not the address of a store"):
        tell_unreachable(change(settings, store_url="nosuch://bucket"))
