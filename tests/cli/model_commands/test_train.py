"""`facetally train`: labeled faces in; a pack and its evaluation out."""

import csv
import json
import shutil
import signal
import sys
from functools import partial

import pytest

from cli.main import run_command
from models.packs.reading import read_pack
from models.validation.faces import read_samples
from tests.support.media.drawn_faces import BANDS, draw_people, write_table
from tests.support.programs.cli import WEIGHTS_DIR, call_facetally, copy_samples, wait_for
from tests.support.run.packages import needs_torch
from worker.packs.analyzers import open_analyzers
from worker.settings import Settings

# Enough for a drawn face: seconds.
QUICK = [
    "--crop", "whole", "--side", "32", "--ages", BANDS, "--averaging", "none", "--net", "cnn1",
    "--batch", "8", "--threads", "1",
]  # fmt: skip
SHORT = ["--epochs", "1", "--folds", "2"]


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return draw_people(tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="module")
def labels(people):
    return write_table(people[0].path.parent / "labels.csv", people)


@pytest.fixture(scope="module")
def genders(people):
    """A table without ages."""
    table = people[0].path.parent / "genders.csv"
    rows = [f"{one.path.name},{one.gender},{one.subject}\n" for one in people]
    table.write_text("".join(["path,gender,subject\n", *rows]))
    return table


@pytest.fixture
def call(capsys, monkeypatch):
    return partial(call_facetally, capsys, monkeypatch, weights_dir=str(WEIGHTS_DIR))


@pytest.fixture(scope="module")
def torch_as_before():
    """What a training sets in this process is as before once all have ended."""
    import torch  # noqa: PLC0415

    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_deterministic_debug_mode("default")


@pytest.fixture
def train(call, torch_as_before):
    """Trains in this process, which imports PyTorch once."""
    return lambda labels, out, *words: call("train", labels, "--out", out, *QUICK, *words)


def read_files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@needs_torch
def test_nets_trained_on_drawn_faces_beat_a_guess_on_people_they_never_saw(train, labels, tmp_path):
    out = tmp_path / "drawn-pack"
    done = train(labels, out, "--epochs", "10", "--step-epochs", "7")

    assert done.returncode == 0, done.stderr
    assert "gender correct" in done.stdout
    figures = json.loads((out / "evaluation.json").read_text())
    trained, guessed = figures["trained"], figures["guessed"]
    assert (figures["faces"], figures["subjects"]) == (96, 48)
    assert trained["gender"]["accuracy"]["low"] > 0.8 > guessed["gender"]["accuracy"]["high"]
    assert trained["age"]["mean_error"]["high"] < guessed["age"]["mean_error"]["low"] / 2
    assert "| age, mean error |" in (out / "evaluation.md").read_text()
    pack = read_pack(out / "pack")
    assert pack.name == "drawn-pack"
    assert [part.name for part in pack.estimators] == ["cnn1-gender", "cnn1-age"]
    assert not list((out / "work" / "nets").glob("*.checkpoint"))

    again = train(labels, out, "--epochs", "10", "--step-epochs", "7")
    assert (again.returncode, "net 1 of" in again.stderr) == (0, False)


@needs_torch
def test_a_training_that_is_killed_resumes_to_the_same_pack(train, terminal, genders, tmp_path):
    whole, killed = tmp_path / "a" / "pack-of-mine", tmp_path / "b" / "pack-of-mine"
    words = ["--epochs", "15", "--folds", "2"]
    process = terminal.start("train", genders, "--out", killed, *QUICK, *words)
    # Between two epochs of the second net.
    wait_for(lambda: len(list(killed.glob("work/nets/*.onnx"))) == 1, "the first net")
    wait_for(lambda: list(killed.glob("work/nets/*.checkpoint")), "an epoch of the second")
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (killed / "pack").exists()

    resumed, undisturbed = train(genders, killed, *words), train(genders, whole, *words)

    assert (resumed.returncode, undisturbed.returncode) == (0, 0), resumed.stderr
    assert "net 1 of" not in resumed.stderr
    assert read_files(killed / "pack") == read_files(whole / "pack")
    figures = [json.loads((out / "evaluation.json").read_text()) for out in (killed, whole)]
    assert figures[0] == figures[1]


@needs_torch
def test_a_pack_of_several_nets_that_vote_with_ages_by_gender_can_be_used(
    train, call, labels, tmp_path
):
    out = tmp_path / "out"
    words = ["--net", "cnn3", "--age-by-gender", "--epochs", "1", "--folds", "2"]
    done = train(labels, out, *words, "--name", "My pack")

    assert done.returncode == 0, done.stderr
    pack = read_pack(out / "pack")
    assert pack.name == "my-pack"
    assert {part.name: part.for_gender for part in pack.estimators} == {
        "cnn1-gender": None, "cnn3-gender": None,
        "cnn1-age-female": "female", "cnn3-age-female": "female",
        "cnn1-age-male": "male", "cnn3-age-male": "male",
    }  # fmt: skip
    added = call("packs", "add", out / "pack", data_dir=str(tmp_path / "data"))
    assert added.returncode == 0, added.stderr
    # The youngest and the oldest drawn face.
    assert all(10 <= face.age.years <= 75 for face in analyze_samples(tmp_path / "data"))


def analyze_samples(data):
    """The faces of the sample photos, as workers with the added pack see them."""
    settings = Settings(data_dir=data, weights_dir=WEIGHTS_DIR, packs=("my-pack",), pack="my-pack")
    analyzer = open_analyzers(settings.complete()).get("my-pack")
    found = analyzer.detect([*read_samples(WEIGHTS_DIR)])
    faces = analyzer.estimate([face for one in found for face in one.faces])
    assert len(faces) == 8
    return faces


@pytest.fixture(scope="module")
def trained(genders, torch_as_before, tmp_path_factory):
    """A short training that has ended."""
    out = tmp_path_factory.mktemp("trained") / "out"
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("FACETALLY_WEIGHTS_DIR", str(WEIGHTS_DIR))
        assert run_command(["train", str(genders), "--out", str(out), *QUICK, *SHORT]) == 0
    return out


@needs_torch
def test_what_is_not_labeled_comes_from_the_default_pack(trained):
    pack = read_pack(trained / "pack")
    estimator, *others = pack.estimators
    assert (estimator.name, estimator.age) == ("cnn1-gender", None)
    assert others
    assert all(one.age and not one.gender for one in others)


@needs_torch
def test_a_folder_with_another_training_is_refused_unless_it_may_be_removed(
    train, trained, genders, tmp_path
):
    out = tmp_path / "out"
    shutil.copytree(trained, out)
    refused = train(genders, out, *SHORT, "--seed", "2")
    replaced = train(genders, out, *SHORT, "--seed", "2", "--restart")

    assert (refused.returncode, replaced.returncode) == (1, 0), replaced.stderr
    assert "started with other seed" in refused.stderr
    assert read_files(out / "pack") != read_files(trained / "pack")


def test_checking_reports_what_is_wrong_and_trains_nothing(call, people, tmp_path):
    folder = people[0].path.parent
    rows = [*people]
    (folder / "copy.png").write_bytes(rows[0].path.read_bytes())
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    labels = write_table(folder / "faulty.csv", rows)
    with labels.open("a") as file:
        file.write(
            f"copy.png,{rows[0].age},{rows[0].gender},{rows[0].subject}\n"
            "broken.png,10,male,x\nmissing.png,10,male,x\n,10,male,x\n"
            f"{rows[5].path.name},10,male,y\n"
        )
    out = tmp_path / "out"
    done = call("train", labels, "--out", out, *QUICK, "--check")

    assert done.returncode == 3, done.stderr
    with (out / "cleaning.csv").open() as file:
        report = [(row["line"], row["finding"], row["left_out"]) for row in csv.DictReader(file)]
    end = len(rows) + 2
    assert report == [
        (str(end), "duplicate", "yes"),
        (str(end + 1), "unreadable", "yes"),
        (str(end + 2), "not_found", "yes"),
        (str(end + 3), "no_path", "yes"),
        (str(end + 4), "repeated", "yes"),
    ]
    assert f"{len(rows)} of {len(rows) + 5} rows are left" in done.stderr
    assert not (out / "pack").exists()
    assert not list((out / "work" / "nets").iterdir())


def test_faces_are_found_and_cut_out_of_photos(call, tmp_path):
    copy_samples(tmp_path)
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "path,age,gender,subject\nastronaut.png,36,female,a\nface_detection_input.jpg,30,male,b\n"
        "gender_detection_input.jpg,30,male,c\nobject_detection_input.jpg,30,male,d\n"
    )
    out = tmp_path / "out"
    done = call("train", labels, "--out", out, "--ages", "0-24,25-120", "--check")

    with (out / "cleaning.csv").open() as file:
        found = {(row["line"], row["finding"]) for row in csv.DictReader(file)}
    assert {("3", "several_faces"), ("4", "several_faces"), ("5", "no_face")} <= found
    assert "All 1 faces are of one subject" in done.stderr


@pytest.mark.parametrize(
    ("text", "words", "status", "message"),
    [
        ("path,age\n", [], 1, "has no rows"),
        ("path,age\na.png,3\n", [], 1, "No face is left to train on"),
        ("path,age\na.png,3\n", ["--ages", "0-17,10-20"], 2, "must start after"),
        ("path,age\na.png,3\n", ["--leave-out", "ugly"], 2, "got 'ugly'"),
        ("path,age\na.png,3\n", ["--side", "16"], 2, "32<=x<=384"),
    ],
    ids=["no rows", "no picture", "no ages", "no kind", "too small"],
)
def test_what_allows_no_training_is_one_clear_line(call, tmp_path, text, words, status, message):
    labels = tmp_path / "labels.csv"
    labels.write_text(text)
    done = call("train", labels, "--out", tmp_path / "out", *QUICK, *words, "--check")

    assert done.returncode == status
    assert message in done.stderr
    assert not (tmp_path / "out" / "pack").exists()


def test_without_pytorch_it_says_what_to_install(call, labels, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    done = call("train", labels, "--out", tmp_path / "out", *QUICK)

    assert done.returncode == 1
    assert "pip install 'facetally[train]'" in done.stderr
    assert not (tmp_path / "out").exists()


@needs_torch
def test_a_missing_gpu_is_never_replaced_by_the_cpu(train, labels, tmp_path):
    import torch  # noqa: PLC0415

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    done = train(labels, tmp_path / "out", "--device", "cuda")

    assert done.returncode == 1
    assert "The device is `cuda`, but PyTorch finds no GPU" in done.stderr
