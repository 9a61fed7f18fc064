"""The weights of face-api.js become a graph; what it gives is in test_references.py."""

import json

import numpy as np
import onnx
import pytest

from models.conversion.age_gender import convert_age_gender


def list_shapes() -> dict[str, list[int]]:
    """The weights of the architecture, as face-api.js names them."""
    shapes = {"entry_flow/conv_in/filters": [3, 3, 3, 32], "entry_flow/conv_in/bias": [32]}
    reductions = {
        "entry_flow/reduction_block_0": (32, 64),
        "entry_flow/reduction_block_1": (64, 128),
        "exit_flow/reduction_block": (128, 256),
    }
    for block, (before, after) in reductions.items():
        shapes |= separable(f"{block}/separable_conv0", before, after)
        shapes |= separable(f"{block}/separable_conv1", after, after)
        shapes[f"{block}/expansion_conv/filters"] = [1, 1, before, after]
        shapes[f"{block}/expansion_conv/bias"] = [after]
    for block in range(2):
        for layer in range(3):
            shapes |= separable(f"middle_flow/main_block_{block}/separable_conv{layer}", 128, 128)
    shapes |= separable("exit_flow/separable_conv", 256, 512)
    for output, count in {"age": 1, "gender": 2}.items():
        shapes |= {f"fc/{output}/weights": [512, count], f"fc/{output}/bias": [count]}
    return shapes


def separable(layer: str, before: int, after: int) -> dict[str, list[int]]:
    return {
        f"{layer}/depthwise_filter": [3, 3, before, 1],
        f"{layer}/pointwise_filter": [1, 1, before, after],
        f"{layer}/bias": [after],
    }


def convert(shapes: dict[str, list[int]]) -> bytes:
    entries = [{"name": name, "shape": shape, "dtype": "float32"} for name, shape in shapes.items()]
    size = sum(int(np.prod(shape)) for shape in shapes.values())
    manifest = json.dumps([{"paths": ["x.bin"], "weights": entries}]).encode()
    return convert_age_gender(manifest, np.ones(size, "<f4").tobytes())


def test_the_graph_takes_any_number_of_faces_and_gives_ages_and_genders():
    model = onnx.load_model_from_string(convert(list_shapes()))
    onnx.checker.check_model(model, full_check=True)
    shapes = {
        value.name: [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {
        "input": ["batch", 3, 112, 112],
        "age": ["batch", 1],
        "gender": ["batch", 2],
    }


def test_the_same_weights_give_the_same_bytes():
    assert convert(list_shapes()) == convert(list_shapes())


def test_weights_of_another_model_are_refused():
    shapes = list_shapes()
    del shapes["exit_flow/separable_conv/bias"]
    with pytest.raises(LookupError, match="exit_flow/separable_conv/bias"):
        convert(shapes)
