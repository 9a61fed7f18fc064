"""A pack is tried before it is used: real models, and a sentence for each fault."""

import os
from pathlib import Path

import pytest

from models.errors import InvalidPack
from models.packs.reading import PACK_FILE
from models.validation import trial
from models.validation.validation import validate_pack
from models.weights.folder import default_weights_dir
from tests.support.models.made_packs import describe_made as describe
from tests.support.models.made_packs import write_pack
from tests.support.models.small_models import write_onnx

WEIGHTS_DIR = default_weights_dir(os.environ)


@pytest.fixture
def folder(tmp_path):
    write_pack(tmp_path)
    return tmp_path


def find_faults(folder, **bounds):
    with pytest.raises(InvalidPack) as caught:
        validate_pack(folder, WEIGHTS_DIR, **bounds)
    return "; ".join(caught.value.faults)


def test_a_pack_of_an_onnx_and_a_caffe_model_passes(folder):
    assert validate_pack(folder, WEIGHTS_DIR).name == "made"


def damage_sum(folder):
    (folder / "ages.onnx").write_bytes(b"other")


def remove_file(folder):
    (folder / "genders.prototxt").unlink()


def give_other_labels(folder):
    write_onnx(folder / "ages.onnx", labels=4)
    describe(folder)


def give_other_side(folder):
    write_onnx(folder / "ages.onnx", labels=3, side=24)
    describe(folder)


def take_one_at_a_time(folder):
    write_onnx(folder / "ages.onnx", labels=3, batch=1)
    describe(folder)


def give_nan(folder):
    write_onnx(folder / "ages.onnx", labels=3, fill=float("nan"))
    describe(folder)


def give_no_model(folder):
    (folder / "ages.onnx").write_bytes(b"not a model")
    describe(folder)


def read_another_output(folder):
    describe(folder, [("[51, 90]] }", "[51, 90]], output = 1 }")])


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (damage_sum, "ages.onnx is altered"),
        (remove_file, "genders.prototxt of the pack made is missing"),
        (give_other_labels, "estimator ages: age: the output has 4 values a face, but 3 are named"),
        (give_other_side, "estimator ages: it does not run on a chip of 3 x 16 x 16 values"),
        (take_one_at_a_time, "estimator ages: it runs on one chip but not on several; set batch"),
        (give_nan, "estimator ages: age: the output has values that are not finite"),
        (give_no_model, "ages.onnx cannot be opened"),
        (read_another_output, "output = 1, but those of the model are 0 to 0"),
    ],
    ids=["sum", "missing", "labels", "side", "one", "nan", "no-model", "output"],
)
def test_a_fault_is_a_sentence(folder, spoil, fault):
    spoil(folder)
    # Without the process around it, which takes most of the time.
    assert fault in "; ".join(trial.find_faults(folder, WEIGHTS_DIR))


def test_all_faults_leave_the_process_that_finds_them(folder):
    give_nan(folder)
    remove_file(folder)
    assert "genders.prototxt of the pack made is missing" in find_faults(folder)


def test_models_that_need_too_much_memory_end_alone(folder):
    assert "GiB of memory" in find_faults(folder, memory_bytes=64 << 20)


def test_models_that_take_too_long_are_stopped(folder):
    assert "take longer than 0 seconds" in find_faults(folder, seconds=0.2)


def test_faults_of_the_description_are_found_before_any_model_is_opened(tmp_path):
    (tmp_path / PACK_FILE).write_text('name = "made"')
    assert "version: missing" in find_faults(tmp_path, seconds=0.001)


def test_no_file_of_a_pack_is_a_program(folder):
    """A file that a pack brings along is never imported or run."""
    marker = folder / "ran"
    for name in ("pack.py", "sitecustomize.py", "__init__.py"):
        Path(folder, name).write_text(f"open({str(marker)!r}, 'w')")
    validate_pack(folder, WEIGHTS_DIR)
    assert not marker.exists()
