"""Inputs and outputs that stay in the memory of a device, tried with that of the CPU."""

from functools import partial

import numpy as np
import onnxruntime
import pytest

from models.graphs.binding import MOST_KEPT, BoundSession
from tests.support.models.small_models import write_onnx


@pytest.fixture
def session(tmp_path):
    write_onnx(tmp_path / "model.onnx")
    return onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])


def make_chips(count):
    return np.random.default_rng(count).random((count, 3, 16, 16), dtype=np.float32)


def test_a_bound_session_gives_what_a_plain_one_gives(session):
    made = []

    def make_value(shape):
        made.append(shape)
        return onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, np.float32, "cpu", 0)

    bound = BoundSession(session, make_value, ("cpu", 0))
    for count in (2, 5, 2):
        chips = make_chips(count)
        [shares] = bound.run(chips[:, :, ::-1])
        [expected] = session.run(None, {"chips": np.ascontiguousarray(chips[:, :, ::-1])})
        assert np.array_equal(shares, expected)
    assert made == [(2, 3, 16, 16), (5, 3, 16, 16)]


def test_an_output_is_not_overwritten_by_the_next_run(session):
    make_value = partial(
        onnxruntime.OrtValue.ortvalue_from_shape_and_type,
        element_type=np.float32,
        device_type="cpu",
        device_id=0,
    )
    bound = BoundSession(session, make_value, ("cpu", 0))
    [first] = bound.run(make_chips(2))
    kept = first.copy()
    bound.run(make_chips(2) + 10)
    assert np.array_equal(first, kept)


def test_inputs_of_few_shapes_are_kept(session):
    made = []

    def make_value(shape):
        made.append(shape[0])
        return onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, np.float32, "cpu", 0)

    bound = BoundSession(session, make_value, ("cpu", 0))
    counts = [*range(1, MOST_KEPT + 2), MOST_KEPT + 1, 1]
    for count in counts:
        bound.run(make_chips(count))
    assert made == [*range(1, MOST_KEPT + 2), 1]
