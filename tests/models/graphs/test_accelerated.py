"""A model on an accelerator runs with few shapes, within its memory, until the device fails."""

import numpy as np
import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from models.errors import DeviceLost
from models.graphs.accelerated import BATCHES, AcceleratedGraph, pad_batch
from models.graphs.device import Device, InputShapes
from models.graphs.graph import CUDA
from tests.support.models.devices import fill_memory, lose_device

DEVICE = Device(CUDA, 1)


def make_batch(count):
    return np.arange(count * 12, dtype=np.float32).reshape(count, 3, 2, 2)


class FakeDevice:
    """Sums each input; a batch of more than `room` fills its memory, run `fails_at` breaks it."""

    def __init__(self, room=BATCHES[-1], fails_at=None):
        self.room = room
        self.fails_at = fails_at
        self.shapes = []

    def run(self, inputs):
        self.shapes.append(inputs.shape)
        if len(self.shapes) == self.fails_at:
            raise lose_device()
        if len(inputs) > self.room:
            raise fill_memory()
        return [inputs.sum(axis=(1, 2, 3)), inputs[:, 0, 0]]


@pytest.mark.parametrize(("count", "length"), [(1, 1), (2, 2), (3, 4), (9, 16), (64, 64)])
def test_a_batch_is_padded_to_one_of_few_lengths(count, length):
    padded = pad_batch(make_batch(count))
    assert padded.shape == (length, 3, 2, 2)
    assert np.array_equal(padded[:count], make_batch(count))
    assert not padded[count:].any()


@pytest.mark.parametrize("count", [1, 3, 5, 64, 65, 130])
@pytest.mark.parametrize("room", [1, 4, 64])
def test_each_input_has_its_outputs_however_many_there_are_and_fit(count, room):
    device, inputs = FakeDevice(room), make_batch(count)
    sums, rows = AcceleratedGraph(device.run, DEVICE).run(inputs)
    assert np.array_equal(sums, inputs.sum(axis=(1, 2, 3)))
    assert np.array_equal(rows, inputs[:, 0, 0])
    assert {shape[0] for shape in device.shapes} <= set(BATCHES)


def test_a_device_that_fails_is_named_with_the_first_line_of_its_error():
    graph = AcceleratedGraph(FakeDevice(fails_at=2).run, DEVICE)
    graph.run(make_batch(2))
    with pytest.raises(DeviceLost, match=r"cuda 1 failed: .*CUDA failure 700.*stream_\)$"):
        graph.run(make_batch(2))


def test_a_device_without_memory_for_one_input_is_lost():
    with pytest.raises(DeviceLost, match="no memory for one picture"):
        AcceleratedGraph(FakeDevice(room=0).run, DEVICE).run(make_batch(4))


@pytest.mark.parametrize(
    "error",
    [
        InvalidArgument("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions"),
        ValueError("all input arrays must have the same shape"),
    ],
    ids=["shape", "array"],
)
def test_inputs_that_a_model_does_not_take_are_no_fault_of_the_device(error):
    def refuse(inputs):
        raise error

    with pytest.raises(type(error)):
        AcceleratedGraph(refuse, DEVICE).run(make_batch(1))


def test_it_is_warm_once_each_usual_shape_has_run():
    device = FakeDevice()
    shapes = InputShapes((2, 2), (8, 8), usual=((4, 2), (2, 4)), most=4)
    AcceleratedGraph(device.run, DEVICE).warm_up(shapes)
    assert device.shapes == [
        (count, 3, height, width) for height, width in shapes.usual for count in (1, 2, 4)
    ]
