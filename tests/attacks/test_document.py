"""Every answer is one that the OpenAPI document tells of, whatever comes and with whatever key."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import OperationalError

import psutil
import pytest

from db.access.key_values import Scope
from tests.attacks.keys import holding_key
from tests.support.media.sample_pictures import encode_scene
from tests.support.programs.target import IN_FULL, KEY, Target

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# For each key. Random values and sequences of calls are tried until it is over.
MOST_SECONDS = 150
# In CI, each value at its bounds and beyond; in full, random ones and sequences of calls, too.
WORDS = (
    ("--phases=coverage,fuzzing,stateful", "--max-examples=25", f"--max-time={MOST_SECONDS}")
    if IN_FULL
    else ("--phases=coverage",)
)
# The brake on wrong keys soon answers 429 to what this check tries: test_access.py asks instead.
LEFT_OUT = "ignored_auth"
# Without a key, it is not told which methods there are.
LEFT_OUT_WITHOUT_KEY = f"{LEFT_OUT},unsupported_method"
# As by way of a proxy, so that the brake is not on for those who attack next.
ELSEWHERE = ("--header", "X-Forwarded-For: 198.51.100.255")
KEYS = ["operator", "none", *Scope] if IN_FULL else ["operator"]


@contextmanager
def silenced(target: Target) -> Iterator[None]:
    """Nobody sends to the addresses that are made up; the webhooks are gone in the end."""
    children = psutil.Process(target.process.pid).children()
    [dispatcher] = [one for one in children if "dispatcher" in one.cmdline()]
    suspend_between_writes(dispatcher, target.data / "facetally.sqlite3")
    try:
        yield
    finally:
        for webhook in target.client.get("/v1/webhooks").json()["webhooks"]:
            target.client.delete(f"/v1/webhooks/{webhook['id']}")
        dispatcher.resume()


def suspend_between_writes(dispatcher: psutil.Process, path: Path) -> None:
    """Else it might hold the lock of the database, for which all calls would wait."""
    while True:
        dispatcher.suspend()
        with closing(sqlite3.connect(path, timeout=1.0)) as connection, suppress(OperationalError):
            connection.execute("BEGIN IMMEDIATE")
            return
        dispatcher.resume()


@contextmanager
def held_key(target: Target, holder: str) -> Iterator[list[str]]:
    """How Schemathesis is given the key of an operator, of a tenant with one scope, or none."""
    with ExitStack() as stack:
        key = KEY
        if holder in list(Scope):
            client = stack.enter_context(holding_key(target, "acme", holder))
            key = client.headers["Authorization"].split()[1]
        yield [] if holder == "none" else ["--header", f"Authorization: Bearer {key}"]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("holder", KEYS)
def test_every_answer_is_documented(target: Target, tmp_path: Path, holder: str) -> None:
    target.client.post("/v1/jobs", files={"files": encode_scene("PNG")}).raise_for_status()
    with silenced(target), held_key(target, holder) as key:
        address = f"{target.url}/openapi.json"
        left_out = LEFT_OUT if key else LEFT_OUT_WITHOUT_KEY
        words = ["--checks=all", f"--exclude-checks={left_out}", *WORDS, *ELSEWHERE, *key]
        told = subprocess.run(
            [SCHEMATHESIS, "--config-file", CONFIGURATION, "run", address, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    assert told.returncode == 0, told.stdout
