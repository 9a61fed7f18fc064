"""`facetally evaluate`: labeled pictures in; figures, a page and a stored evaluation out."""

import json

import psutil
import pytest
from PIL import Image, ImageEnhance

from cli.evaluation.fitted_pack import collect_faces
from cli.evaluation.loading import load_labels
from cli.exits import CommandFailed
from models.packs.shipped_packs import read_shipped
from tests.support.programs.cli import WEIGHTS_DIR, Terminal, call_facetally, copy_samples
from worker.settings import Settings

LABELS = """\
path;age;gender;subject
astronaut.png;36,5;female;eileen
gender_detection_input.jpg;30;m;
object_detection_input.jpg;40;male;
missing.jpg;20;female;
broken.jpg;20;female;
astronaut.png;36;female;eileen
face_detection_input.jpg;25-32;woman;
;20;female;
"""


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    settings = {
        "data_dir": str(tmp_path / "data"),
        "packs_dir": str(tmp_path / "packs"),
        "weights_dir": str(WEIGHTS_DIR),
        "workers": "1",
    }
    return lambda *words, **others: call_facetally(
        capsys, monkeypatch, *words, **{**settings, **others}
    )


@pytest.fixture
def nothing_is_left():
    """No process that a command started in this one."""
    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before


@pytest.fixture
def labels(tmp_path):
    folder = tmp_path / "pictures"
    copy_samples(folder)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    path = folder / "labels.csv"
    path.write_text(LABELS, encoding="utf-8-sig")
    return path


def test_labeled_pictures_become_figures_a_page_and_a_stored_evaluation(call, labels, tmp_path):
    out = tmp_path / "out"
    with Terminal() as terminal:
        data = str(tmp_path / "data")
        done = terminal.run("evaluate", labels, "--out", out, "--name", "spring", data_dir=data)
        assert terminal.is_clean()

    assert done.returncode == 3, done.stderr
    assert "gender correct" in done.stdout
    for line in ("line 5: not_found", "line 6: unreadable", "line 7: repeated", "line 9: no_path"):
        assert f"labels.csv, {line}" in done.stderr
    figures = json.loads((out / "evaluation.json").read_text())
    counts = figures["counts"]
    assert counts.pop("problems") == {
        "repeated": 1, "bad_age": 1, "bad_gender": 1, "no_path": 1,
        "not_found": 1, "unreadable": 1, "no_face": 1,
    }  # fmt: skip
    assert counts == {"rows": 8, "pictures": 4, "faces": 3, "several_faces": 2}
    assert figures["accuracy"]["detection"]["value"] == 0.75
    assert figures["accuracy"]["gender"]["accuracy"]["faces"] == 2
    assert figures["pack"]["name"] == "default"
    assert {file["file"] for file in figures["pack"]["files"]} >= {"yunet-2023mar.onnx"}
    assert (out / "evaluation.html").read_text().startswith("<!doctype html>")

    listed = call("evaluations", "--json")
    assert [one["name"] for one in json.loads(listed.stdout)["evaluations"]] == ["spring"]
    assert "spring" in call("evaluations").stdout

    again = call("evaluate", labels, "--out", out, "--name", "spring")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "another --name" in again.stderr


def write_portraits(folder, years):
    """Fifty portraits of ten people, all labeled as of `years`; returns the table."""
    folder.mkdir()
    portrait = Image.open(WEIGHTS_DIR / "samples" / "astronaut.png").convert("RGB")
    rows = ["path,age,subject"]
    for number in range(50):
        shade = ImageEnhance.Brightness(portrait.crop((120, 0, 320, 200))).enhance(
            0.8 + number / 120
        )
        shade.save(folder / f"{number}.jpg")
        rows.append(f"{number}.jpg,{years},person {number % 10}")
    table = folder / "labels.csv"
    table.write_text("\n".join(rows))
    return table


BOXES = """\
path,age,gender,x,y,width,height
gender_detection_input.jpg,30,f,222,62,92,159
gender_detection_input.jpg,,m,538,90,104,147
astronaut.png,36,,350,20,60,80
object_detection_input.jpg,,,,,,
"""


def test_a_vote_fitted_to_labels_becomes_a_pack_that_is_compared_on_labeled_boxes(
    call, labels, nothing_is_left, tmp_path
):
    portraits = write_portraits(tmp_path / "portraits", years=60)
    fitted = call(
        "evaluate", portraits, "--out", tmp_path / "fit", "--fit", tmp_path / "packs" / "ours"
    )
    assert fitted.returncode == 0, fitted.stderr
    assert "On people it has not seen, fitted against default: age error -" in fitted.stdout

    labels.write_text(BOXES)
    out, packs = tmp_path / "out", ("--pack", "default", "--pack", "ours")
    done = call("evaluate", labels, "--out", out, "--name", "spring", *packs)
    assert done.returncode == 0, done.stderr
    assert "Stored as spring-default, spring-ours." in done.stderr
    assert (out / "packs.html").read_text().startswith("<!doctype html>")
    check_differences(json.loads((out / "packs.json").read_text()), done.stdout)
    figures = json.loads((out / "ours" / "evaluation.json").read_text())
    assert figures["pack"]["name"] == "ours"
    check_boxes(figures)
    assert "False faces in a photo" in (out / "ours" / "evaluation.html").read_text()


def check_differences(compared, printed):
    """A job used the fitted pack: it takes everybody for older."""
    assert all(one["milliseconds_per_face"] > 0 for one in compared["figures"])
    ages = [one["evaluation"]["accuracy"]["age"] for one in compared["figures"]]
    assert ages[1]["bias"]["value"] > ages[0]["bias"]["value"] + 10
    [difference] = compared["differences"]
    assert difference["pack"] == "ours"
    change = difference["difference"]["mean_error"]["value"]
    errors = [one["mean_error"]["value"] for one in ages]
    assert change == pytest.approx(errors[1] - errors[0])
    assert f"ours against default: age error {change:+.2f} years" in printed


def check_boxes(figures):
    """All faces of three pictures are labeled, one of them where there is none."""
    assert figures["counts"] == {
        "rows": 4, "pictures": 3, "faces": 2, "several_faces": 0, "problems": {"no_face": 1},
    }  # fmt: skip
    accuracy = figures["accuracy"]
    assert accuracy["gender"]["accuracy"]["value"] == 1.0
    boxes = accuracy["boxes"]
    assert boxes["pictures"] == 3
    found = {name: boxes[name]["value"] for name in ("recall", "precision", "false_per_picture")}
    assert found == pytest.approx({"recall": 2 / 3, "precision": 2 / 3, "false_per_picture": 1 / 3})


def test_a_pack_that_is_not_there_is_named(call, labels, tmp_path):
    done = call("evaluate", labels, "--out", tmp_path / "out", "--pack", "nobody")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "There is no pack nobody" in done.stderr


@pytest.mark.parametrize(
    ("text", "words", "status", "message"),
    [
        ("path,age\n,3\n", [], 1, "No face was found"),
        ("path\na.jpg\n", [], 1, "must name a column"),
        ("path,age\na.jpg,3\n", ["--name", "a b"], 2, "at most 100 letters"),
        ("path,x,y\na.jpg,3,4\n", [], 1, "but not width, height"),
    ],
    ids=["no picture", "no labels", "no name", "half a box"],
)
def test_labels_that_cannot_be_evaluated_are_one_clear_line(
    call, tmp_path, text, words, status, message
):
    labels = tmp_path / "labels.csv"
    labels.write_text(text)
    done = call("evaluate", labels, "--out", tmp_path / "out", *words)

    assert done.returncode == status
    assert message in done.stderr
    assert not (tmp_path / "out" / "evaluation.json").exists()


def test_an_unavailable_database_is_reported_before_the_work(call, labels, tmp_path):
    url = "postgresql+psycopg://127.0.0.1:1/facetally"
    done = call("evaluate", labels, "--out", tmp_path / "out", database_url=url)

    assert done.returncode == 1
    assert "The database at 127.0.0.1:1 does not answer" in done.stderr


def test_a_pack_is_fitted_to_no_fewer_than_some_faces(labels):
    settings = Settings(weights_dir=WEIGHTS_DIR)
    few = "at least 50 labeled faces of 10 people; these pictures have 2 of 2"
    with pytest.raises(CommandFailed, match=few):
        collect_faces(settings, read_shipped(), load_labels(labels))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--fit", "Our Pack"], "lower case letters"),
        (["--fit", "ours", "--pack", "all"], "a single --pack"),
    ],
    ids=["no name", "several packs"],
)
def test_a_pack_that_cannot_be_fitted_is_one_clear_line(
    call, labels, tmp_path, monkeypatch, words, message
):
    monkeypatch.chdir(tmp_path)
    done = call("evaluate", labels, "--out", tmp_path / "out", *words)

    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / words[1]).exists()
