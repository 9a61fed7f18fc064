"""`facetally bench` at a tiny size, and what it says of its figures."""

import json
import multiprocessing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from cli.output.speed_tables import describe_speed, make_speed_table
from cli.speed.machine import Machine
from cli.speed.measurement import Speed
from cli.speed.memory import Memory
from tests.support.programs.cli import WEIGHTS_DIR, call_facetally

SPEED = Speed(
    machine=Machine(cores=2, load_at_start=0.1),
    pack="default",
    slots=2,
    photos=100,
    faces=200,
    photos_per_second=60.0,
    faces_per_second=120.0,
    one_loop_photos_per_second=40.0,
    loops_photos_per_second=64.0,
    system_to_loops=0.94,
    loops_to_one=1.6,
    busy_share=0.9,
    stages_ms={"decode": 5.0, "find": 10.0, "estimate": 8.0, "thumbnail": 2.0},
    programs_ms={"worker": 22.0, "decoding": 6.0},
    memory=Memory(stack_megabytes=900.0, slot_megabytes=300.0),
)


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    settings = {
        "data_dir": str(tmp_path / "data"),
        "weights_dir": str(WEIGHTS_DIR),
        "workers": "1",
        "api_processes": "1",
    }
    return partial(call_facetally, capsys, monkeypatch, "bench", **settings)


def test_the_samples_of_a_folder_go_through_the_system_and_bare_loops(call, tmp_path: Path) -> None:
    done = call(str(WEIGHTS_DIR / "samples"), "--photos", "2", "--rounds", "1", "--json")
    assert done.returncode == 0, done.stderr
    speed = json.loads(done.stdout)
    assert speed["photos"] == 2
    assert speed["faces"] >= 1
    assert 0 < speed["busy_share"] <= 1
    assert speed["photos_per_second"] > 0
    assert set(speed["stages_ms"]) == {"decode", "find", "estimate", "thumbnail"}
    assert {"api", "decoding", "dispatcher", "worker"} <= set(speed["programs_ms"])
    assert 50 < speed["memory"]["slot_megabytes"] < speed["memory"]["stack_megabytes"]
    # Nothing is left behind.
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "data").exists()


def test_a_folder_without_photos_is_no_measure(call, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no photo")
    done = call(str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "fewer than two readable photos" in done.stderr


def test_what_bounds_it_is_said() -> None:
    text = "\n".join(describe_speed(SPEED))
    assert "The cores are the bottleneck: 90% of their time was used." in text
    assert "Finding faces takes the largest part of a photo, 40%." in text
    assert "2 such loops do 1.60 times as much as one" in text
    idle = "\n".join(describe_speed(replace(SPEED, busy_share=0.3)))
    assert "Only 30% of the cores' time was used" in idle
    assert make_speed_table(SPEED).row_count == 8


@pytest.mark.parametrize(("load", "is_quiet"), [(0.5, True), (0.6, False)])
def test_a_machine_is_quiet_while_a_quarter_of_it_is_busy(load: float, is_quiet: bool) -> None:
    assert Machine(cores=2, load_at_start=load).is_quiet is is_quiet
