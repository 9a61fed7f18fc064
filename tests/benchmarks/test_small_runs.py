"""Every benchmark at a tiny size: it runs to its end, and what it measured is what it says."""

import csv
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import cv2
import pytest

from benchmarks.comparisons.sides import OTHER_PACKS, Sides
from benchmarks.settings import read_cpu_settings
from cli.speed.pictures import make_pictures
from models.packs.shipped_packs import read_shipped
from models.weights.folder import default_weights_dir

ROOT = Path(__file__).parents[2]

Run = Callable[..., dict[str, object]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a benchmark in this process, which has imported most of what it needs."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    # One process of each kind measures as well as several.
    monkeypatch.setenv("FACETALLY_WORKERS", "1")
    monkeypatch.setenv("FACETALLY_API_PROCESSES", "1")
    handler, threads = signal.getsignal(signal.SIGTERM), cv2.getNumThreads()

    def run_one(name: str, *options: str) -> dict[str, object]:
        monkeypatch.setattr(sys, "argv", [name, "--out", str(tmp_path), *options])
        # A benchmark that found something wrong ends with another status.
        try:
            import_module(f"benchmarks.{name}").main()
        except SystemExit as ended:
            if ended.code:
                raise
        return read_figures(tmp_path, name)

    yield run_one
    signal.signal(signal.SIGTERM, handler)
    cv2.setNumThreads(threads)
    assert multiprocessing.active_children() == []


def read_figures(out: Path, name: str) -> dict[str, object]:
    return json.loads((out / f"{name.split('.')[-1]}.json").read_text())


def test_a_benchmark_is_a_program(tmp_path: Path) -> None:
    """With the estimators of a pack, which are all timed."""
    words = ("--out", str(tmp_path), "--seconds", "0", "--packs", "strict")
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.estimators", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [(name, estimators)] = read_figures(tmp_path, "estimators")["milliseconds"].items()
    assert name == "strict"
    assert list(estimators) == [part.name for part in read_shipped("strict").estimators]
    assert all(set(costs) == {"1", "8", "64"} for costs in estimators.values())
    assert all(cost > 0 for costs in estimators.values() for cost in costs.values())


def test_the_system_analyzes_every_different_picture_that_the_loop_does(run: Run) -> None:
    options = ("--pictures", "3", "--rounds", "1", "--sides", "bare", "system", "prototype")
    figures = run("throughput", *options)
    sides = figures["sides"]
    assert set(sides) == {"bare", "system", "prototype"}
    for name, side in sides.items():
        [one] = side["rounds"]
        # Slow ones get a twelfth of the pictures, at least one.
        assert one["pictures"] == (1 if name == "prototype" else 3)
        assert one["faces"] >= one["pictures"]
        # Two digits are written.
        assert side["pictures_per_second"] == pytest.approx(
            one["pictures"] / one["seconds"], rel=0.01, abs=0.006
        )
    assert sides["bare"]["rounds"][0]["faces"] == sides["system"]["rounds"][0]["faces"]
    assert figures["ratios"]["system_to_bare"] == [figures["system_to_bare"]]
    assert set(figures["stages_ms"]) == {"decode", "find", "estimate", "thumbnail"}
    programs = {"api", "decoding", "dispatcher", "valkey", "worker"}
    assert set(figures["core_ms_by_program"]) == programs
    assert figures["core_to_floor"] > 1
    assert 100 < figures["slot_megabytes"] < figures["stack_megabytes"]


def test_each_of_the_other_packs_is_a_side(tmp_path: Path) -> None:
    with ExitStack() as stacks:
        sides = Sides(read_cpu_settings(), [tmp_path / "a.jpg"], tmp_path, stacks)
        assert tuple(sides.open("packs")) == OTHER_PACKS


def test_a_slot_and_a_loop_analyze_the_same_frames_of_a_video(run: Run) -> None:
    figures = run("video", "--seconds", "2", "--rounds", "1", "--sides", "bare", "one")
    assert figures["frames"] == 4
    assert figures["faces"] > 0
    assert set(figures["rounds"]) == {"bare", "one"}
    for [one] in figures["rounds"].values():
        assert (one["pictures"], one["faces"]) == (4, figures["faces"])
    assert figures["system_to_bare"] > 0
    assert set(figures["core_ms_by_program"]) >= {"ffmpeg", "worker"}


def test_every_item_of_the_coordination_is_recorded_and_counted(run: Run) -> None:
    figures = run("coordination", "--sizes", "512", "--items", "1")
    [(size, [one])] = figures["sizes"].items()
    assert (size, one["items"]) == ("512", 512)
    assert figures["cost_ratio"] == 1
    assert figures["recorded_per_second"] > 0


def test_jobs_of_growing_size_are_compared(run: Run) -> None:
    figures = run("endurance", "--sizes", "2", "4")
    assert [one["photos"] for one in figures["runs"]] == [2, 4]
    assert all(one["slot_megabytes"] > 50 for one in figures["runs"])
    assert figures["cost_ratio"] > 0
    assert figures["memory_ratio"] > 0


def test_slots_that_sleep_record_every_item(run: Run) -> None:
    options = ("--slots", "3", "--chunk-items", "8", "--seconds", "1")
    [row] = run("scaling", *options)["rows"]
    assert (row["slots"], row["items"]) == (3, 90)
    assert 0 < row["of_ideal"] < 1.5
    assert set(row["processor_ms_per_chunk"]) == {"api", "dispatcher", "postgresql"}


def test_every_question_is_asked_of_both_databases(run: Run) -> None:
    figures = run("audience", "--faces", "10000", "--sqlite-faces", "10000", "--rounds", "1")
    assert (figures["faces"], figures["sqlite_faces"]) == (10_000, 10_000)
    for asked in figures["questions"].values():
        for questions in asked.values():
            assert len(questions) == 13
            assert all(one["p95_ms"] >= one["median_ms"] > 0 for one in questions.values())


def test_every_page_is_fetched_from_both_databases(run: Run) -> None:
    # However busy this machine is.
    limit = ("--most-milliseconds", "60000")
    figures = run("pages", "--jobs", "60", "--items", "2000", "--rounds", "1", *limit)
    assert set(figures["pages"]) == {"sqlite", "postgresql"}
    for pages in figures["pages"].values():
        assert len(pages) == 18
        assert all(one["milliseconds"] > 0 for one in pages.values())


def test_corrected_shares_are_compared_with_raw_ones(run: Run, tmp_path: Path) -> None:
    pictures = make_pictures(default_weights_dir(os.environ) / "samples", tmp_path, 12)
    labels = tmp_path / "labels.csv"
    with labels.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "age", "gender"))
        table.writerows(
            (path.name, 5 + 7 * number, ("female", "male")[number % 2])
            for number, path in enumerate(pictures)
        )
    figures = run("accuracy.calibration", "--trials", "20", "--faces", "100", str(labels))
    # Some samples show faces only from behind, or none.
    assert 0 < figures["faces"] <= 12
    gender = figures["groups"]["gender"]
    assert 0 < gender["audiences"] <= 20
    for kind in ("raw", "corrected"):
        assert 0 <= gender[kind]["misplaced"] <= 1
        assert 0 <= gender[kind]["covered"] <= 1


def test_what_is_found_is_scored_with_and_without_each_step(run: Run, tmp_path: Path) -> None:
    samples = default_weights_dir(os.environ) / "samples"
    labels = tmp_path / "labels.csv"
    names = ("astronaut.png", "gender_detection_input.jpg", "object_detection_input.jpg")
    labels.write_text("path,gender\n" + "".join(f"{samples / name},female\n" for name in names))
    options = ("--patterns", "6", "--photos", str(samples))
    figures = run("accuracy.detection", str(labels), *options)
    assert figures["labeled_faces"] == 2
    for scores in figures["scenes"].values():
        assert scores["crowd"]["recall"]["value"] == 1
        assert scores["first look"]["recall"]["value"] < 1
    assert len(figures["hard"]) == 7
    assert figures["hard"]["as they are"]["mouth_hidden"] == 0
    for kind in figures["hard"].values():
        for found in (kind["in_pictures"], kind["in_scenes"]):
            assert 0 <= found["normal"] <= found["normal, unchecked"] <= kind["faces"]
    assert figures["turned"]["normal"]["upright"] == 1 > figures["turned"]["first look"]["upright"]
    patterns, photos = (figures["pictures"][name]["ways"] for name in ("patterns", "photos"))
    assert {one["faces"] for one in patterns.values()} == {0}
    faces = {name: one["faces"] for name, one in photos.items()}
    # In the tiles, something else looks like a face.
    assert faces == {
        "first look": 8,
        "normal, unchecked": 8,
        "normal": 8,
        "crowd, unchecked": 9,
        "crowd": 9,
    }


def test_errors_are_measured_by_quality_in_pictures_made_worse(run: Run, tmp_path: Path) -> None:
    folder = default_weights_dir(os.environ) / "samples"
    labels = tmp_path / "labels.csv"
    lines = [
        f"{folder / 'astronaut.png'},45,female",
        f"{folder / 'gender_detection_input.jpg'},28,",
    ]
    labels.write_text("\n".join(["path,age,gender", *lines, "missing.jpg,30,male"]) + "\n")
    figures = run("accuracy.quality", "--each", "9", str(labels))
    # A picture without both labels is left out, and so is one that is not there.
    assert figures["pictures"] == 9
    assert 0 < figures["faces"] <= 9
    assert sum(decile["faces"] for decile in figures["deciles"]) == figures["faces"]
    untouched, *others = figures["ways"]
    assert (untouched["kind"], untouched["found"]) == ("none", 1.0)
    assert sum(one["found"] is not None for one in others) == 8
    assert figures["minimums"][0]["left_out_of_untouched"] == 0.0
    assert figures["tracks"]["quality"]["tracks"] == 1


def test_intervals_and_genders_are_fitted_on_labeled_faces(run: Run, tmp_path: Path) -> None:
    pictures = make_pictures(default_weights_dir(os.environ) / "samples", tmp_path, 12)
    labels = tmp_path / "labels.csv"
    rows = [
        f"{path.name},{20 + 3 * number},{('female', 'male')[number % 2]}\n"
        for number, path in enumerate(pictures)
    ]
    labels.write_text("".join(["path,age,gender\n", *rows]))
    figures = run("accuracy.votes", "--pack", "strict", str(labels))
    assert set(figures) == {"strict"}
    assert 0 <= figures["strict"]["held"] <= 1
    assert set(figures["strict"]["interval"]) == {"below", "above", "spread"}
    errors = figures["strict"]["other_age_errors"]
    assert errors.pop("mean") == pytest.approx(figures["strict"]["age_error"])
    assert len(errors) == 5
    assert all(0 < error < 60 for error in errors.values())
    assert set(figures["strict"]["scale"]) == {"sharpness", "child"}


def test_without_a_gpu_its_benchmark_tries_itself_and_says_so(run: Run) -> None:
    figures = run("gpu")
    if figures["is_gpu"]:
        pytest.skip("there is a GPU")
    measured = figures["packs"]["default"]["float32"]
    assert measured["equality"]["holds"]
    assert measured["equality"]["faces"] >= figures["pictures"]
    shares = measured["pipeline"]["shares"]
    assert set(shares) >= {"decoding", "detector", "host"}
    assert sum(shares.values()) == pytest.approx(1.0, abs=0.01)
    assert set(measured["models_per_second"]["detector"]) == {"1", "2"}


def test_a_playlist_is_asked_for_on_both_databases(run: Run) -> None:
    figures = run("playlists", "--faces", "100", "--spots", "50", "--rounds", "1")
    assert figures["spots"] == 50
    for name in ("postgresql_seconds", "sqlite_seconds"):
        assert 0 < figures[name] < 60
