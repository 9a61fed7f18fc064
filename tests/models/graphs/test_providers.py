"""Each provider by its name: chosen, told of its device, or refused with what to install."""

from pathlib import Path

import pytest

from models.errors import ModelUnavailable
from models.graphs.device import Device, InputShapes
from models.graphs.graph import AUTO, COREML, CPU, CUDA, OPENVINO, PROVIDERS, ROCM, TENSORRT
from models.graphs.providers import (
    ACCELERATORS,
    CPU_EXECUTION,
    CUDA_EXECUTION,
    choose_provider,
    list_executions,
)

ONLY_CPU = [CPU_EXECUTION]
BOTH = [CUDA_EXECUTION, CPU_EXECUTION]
SHAPES = InputShapes((160, 160), (1280, 1280), usual=((480, 640), (640, 480)), most=16)


def describe(device, shapes=None):
    """The options of the best execution provider, and the names of all."""
    executions = list_executions(device, "images", shapes)
    return executions[0][1], [name for name, _ in executions]


@pytest.mark.parametrize(
    ("available", "provider", "chosen"),
    [
        (ONLY_CPU, AUTO, CPU),
        (ONLY_CPU, CPU, CPU),
        (BOTH, AUTO, CUDA),
        (BOTH, CPU, CPU),
        (BOTH, CUDA, CUDA),
        (["OpenVINOExecutionProvider", *BOTH], OPENVINO, OPENVINO),
        (["CoreMLExecutionProvider", *ONLY_CPU], AUTO, CPU),
    ],
)
def test_auto_stands_for_cuda_or_the_cpu_and_nothing_else(available, provider, chosen):
    assert choose_provider(available, provider) == chosen


@pytest.mark.parametrize(
    ("provider", "advice"),
    [
        (CUDA, r"`onnxruntime-gpu\[cuda,cudnn\]`"),
        (TENSORRT, "`tensorrt`"),
        (OPENVINO, "`onnxruntime-openvino`"),
        (COREML, "macOS"),
        (ROCM, "`onnxruntime-migraphx`"),
    ],
)
def test_one_that_is_not_installed_is_refused_with_what_is_and_what_to_install(provider, advice):
    with pytest.raises(ModelUnavailable, match=f"has only cpu. .*{advice}.*or set the provider"):
        choose_provider(ONLY_CPU, provider)


def test_what_is_installed_is_named_by_our_names():
    with pytest.raises(ModelUnavailable, match="it has cpu and cuda"):
        choose_provider(BOTH, ROCM)


def test_one_that_does_not_exist_is_refused():
    with pytest.raises(ModelUnavailable, match=r"one of auto, cpu, cuda, .*, got 'tpu'"):
        choose_provider(BOTH, "tpu")


@pytest.mark.parametrize("provider", ACCELERATORS)
def test_what_an_accelerator_cannot_run_is_left_to_the_cpu(provider):
    _, names = describe(Device(provider))
    assert names[0] == ACCELERATORS[provider].execution
    assert names[-1] == CPU_EXECUTION


def test_every_provider_of_the_settings_is_known():
    assert set(PROVIDERS) == {AUTO, CPU, *ACCELERATORS}


def test_cuda_is_told_its_device_and_its_limit():
    options, _ = describe(Device(CUDA, 3, memory_bytes=1 << 30))
    assert (options["device_id"], options["gpu_mem_limit"]) == ("3", "1073741824")
    # With TF32, 32-bit numbers would only look like them.
    assert options["use_tf32"] == "0"
    assert "gpu_mem_limit" not in describe(Device(CUDA))[0]


def test_tensorrt_builds_one_engine_for_all_shapes_and_keeps_it():
    options, names = describe(Device(TENSORRT, 1, engines_dir=Path("/engines")), SHAPES)
    assert names == [ACCELERATORS[TENSORRT].execution, CUDA_EXECUTION, CPU_EXECUTION]
    assert options["trt_engine_cache_path"] == "/engines"
    assert options["trt_profile_min_shapes"] == "images:1x3x160x160"
    assert options["trt_profile_opt_shapes"] == "images:16x3x480x640"
    assert options["trt_profile_max_shapes"] == "images:16x3x1280x1280"


@pytest.mark.parametrize(
    ("provider", "option", "values"),
    [
        (TENSORRT, "trt_fp16_enable", ("False", "True")),
        (OPENVINO, "precision", ("FP32", "FP16")),
        (ROCM, "migraphx_fp16_enable", ("0", "1")),
    ],
)
def test_16_bit_numbers_are_an_option_of_some_providers(provider, option, values):
    options = [describe(Device(provider, is_half=is_half))[0] for is_half in (False, True)]
    assert tuple(one[option] for one in options) == values


@pytest.mark.parametrize(
    ("device", "message"),
    [
        (Device(CPU, 0), "a device was asked for"),
        (Device(CPU, memory_bytes=1), "a limit of its memory was asked for"),
        (Device(CPU, is_half=True), "16-bit numbers was asked for"),
        (Device(OPENVINO, memory_bytes=1), "`openvino` has no limit of memory"),
        (Device(COREML, 0), "`coreml` has no devices"),
    ],
    ids=str,
)
def test_what_a_provider_does_not_have_is_refused_not_ignored(device, message):
    with pytest.raises(ModelUnavailable, match=message):
        list_executions(device, "images", None)
