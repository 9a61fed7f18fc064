"""The providers by name: what they are called in ONNX Runtime, which package has them, and what
they are told of a device."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.errors import ModelUnavailable
from models.graphs.device import Device, InputShapes
from models.graphs.graph import AUTO, COREML, CPU, CUDA, OPENVINO, PROVIDERS, ROCM, TENSORRT

CPU_EXECUTION = "CPUExecutionProvider"
CUDA_EXECUTION = "CUDAExecutionProvider"
TENSORRT_EXECUTION = "TensorrtExecutionProvider"

Options = dict[str, str]
# An execution provider of ONNX Runtime, with its options.
Execution = tuple[str, Options]


@dataclass(frozen=True, slots=True)
class Provider:
    """`describe` gives the options of `execution` for a device and the name and shapes of an
    input; what it cannot run is left to `others`, and then to the CPU."""

    execution: str
    advice: str
    describe: Callable[[Device, str, InputShapes | None], Options]
    others: tuple[str, ...] = ()
    # What of a device has a meaning for it.
    has_devices: bool = True
    has_memory_limit: bool = True
    # Whether it takes 16-bit numbers as an option; otherwise the model itself is converted.
    halves_itself: bool = True


def _describe_cuda(device: Device, _: str, __: InputShapes | None) -> Options:
    options = {
        "device_id": str(device.index or 0),
        "arena_extend_strategy": "kSameAsRequested",
        # Trying every algorithm for every shape takes seconds each time.
        "cudnn_conv_algo_search": "HEURISTIC",
        # TF32 has no more digits than FP16: it is for those who set that.
        "use_tf32": str(int(device.is_half)),
    }
    return options | _limit(device, "gpu_mem_limit")


def _describe_tensorrt(device: Device, name: str, shapes: InputShapes | None) -> Options:
    options = {
        "device_id": str(device.index or 0),
        "trt_fp16_enable": str(device.is_half),
        **_limit(device, "trt_max_workspace_size"),
    }
    if device.engines_dir is not None:
        folder = str(device.engines_dir)
        options |= {"trt_engine_cache_enable": "True", "trt_engine_cache_path": folder}
        options |= {"trt_timing_cache_enable": "True", "trt_timing_cache_path": folder}
    if shapes is not None:
        options |= _describe_profile(name, shapes)
    return options


def _describe_profile(name: str, shapes: InputShapes) -> Options:
    """One engine for all shapes; without these, each new one builds it again."""
    ends = {
        "min": (1, shapes.smallest),
        "opt": (shapes.most, shapes.usual[0]),
        "max": (shapes.most, shapes.largest),
    }
    return {
        f"trt_profile_{end}_shapes": f"{name}:{count}x3x{height}x{width}"
        for end, (count, (height, width)) in ends.items()
    }


def _describe_openvino(device: Device, _: str, __: InputShapes | None) -> Options:
    options = {
        "device_type": "AUTO" if device.index is None else f"GPU.{device.index}",
        "precision": "FP16" if device.is_half else "FP32",
    }
    return options | ({"cache_dir": str(device.engines_dir)} if device.engines_dir else {})


def _describe_coreml(device: Device, _: str, __: InputShapes | None) -> Options:
    options = {
        "ModelFormat": "MLProgram",
        "AllowLowPrecisionAccumulationOnGPU": str(int(device.is_half)),
    }
    if device.engines_dir is not None:
        options["ModelCacheDirectory"] = str(device.engines_dir)
    return options


def _describe_rocm(device: Device, _: str, __: InputShapes | None) -> Options:
    options = {
        "device_id": str(device.index or 0),
        "migraphx_fp16_enable": str(int(device.is_half)),
    }
    return options | _limit(device, "migraphx_mem_limit")


def _limit(device: Device, option: str) -> Options:
    return {option: str(device.memory_bytes)} if device.memory_bytes else {}


ACCELERATORS: Mapping[str, Provider] = {
    CUDA: Provider(
        CUDA_EXECUTION,
        "Install the package `onnxruntime-gpu[cuda,cudnn]` in place of `onnxruntime` on a machine "
        "with an NVIDIA driver",
        _describe_cuda,
        halves_itself=False,
    ),
    TENSORRT: Provider(
        TENSORRT_EXECUTION,
        "Install the packages `onnxruntime-gpu[cuda,cudnn]` in place of `onnxruntime`, and "
        "`tensorrt`, on a machine with an NVIDIA driver",
        _describe_tensorrt,
        others=(CUDA_EXECUTION,),
    ),
    OPENVINO: Provider(
        "OpenVINOExecutionProvider",
        "Install the package `onnxruntime-openvino` in place of `onnxruntime`",
        _describe_openvino,
        has_memory_limit=False,
    ),
    COREML: Provider(
        "CoreMLExecutionProvider",
        "Run it on macOS, where the package `onnxruntime` has it",
        _describe_coreml,
        has_devices=False,
        has_memory_limit=False,
    ),
    ROCM: Provider(
        "MIGraphXExecutionProvider",
        "Install the package `onnxruntime-migraphx` in place of `onnxruntime` on a machine with "
        "AMD's ROCm",
        _describe_rocm,
    ),
}


def choose_provider(available: Sequence[str], provider: str) -> str:
    """The provider to try: what `auto` stands for where these execution providers are installed,
    any other as it is. Raises ModelUnavailable if it is unknown or not installed."""
    if provider not in PROVIDERS:
        raise ModelUnavailable(
            f"The provider must be one of {', '.join(PROVIDERS)}, got {provider!r}."
        )
    if provider == AUTO:
        return CUDA if CUDA_EXECUTION in available else CPU
    if provider != CPU and ACCELERATORS[provider].execution not in available:
        raise ModelUnavailable(
            f"The provider is `{provider}`, but this onnxruntime was built without it: it has "
            f"{_name(available)}. {advise(provider)}."
        )
    return provider


def _name(available: Sequence[str]) -> str:
    """The providers of these, by our names."""
    names = [name for name, one in ACCELERATORS.items() if one.execution in available]
    return " and ".join([", ".join([*names[:-1], CPU]), *names[-1:]]) if names else f"only {CPU}"


def advise(provider: str) -> str:
    """How to get an accelerator, or do without."""
    return f"{ACCELERATORS[provider].advice}, or set the provider to `{CPU}`"


def list_executions(device: Device, name: str, shapes: InputShapes | None) -> list[Execution]:
    """The execution providers of a chosen provider, best first, for a model whose input has this
    name. Raises ModelUnavailable if the device has a limit that its provider does not know."""
    if device.provider == CPU:
        require_plain(device)
        return [(CPU_EXECUTION, {})]
    provider = ACCELERATORS[device.provider]
    if device.memory_bytes and not provider.has_memory_limit:
        raise ModelUnavailable(
            f"The provider `{device.provider}` has no limit of memory: unset it."
        )
    if device.index is not None and not provider.has_devices:
        raise ModelUnavailable(f"The provider `{device.provider}` has no devices to choose from.")
    options = provider.describe(device, name, shapes)
    others = [(one, {"device_id": str(device.index or 0)}) for one in provider.others]
    return [(provider.execution, options), *others, (CPU_EXECUTION, {})]


def require_plain(device: Device) -> None:
    """Raises ModelUnavailable if what models run on is a CPU, and something was set that only an
    accelerator has."""
    asked = {
        "a device": device.index is not None,
        "a limit of its memory": bool(device.memory_bytes),
        "16-bit numbers": device.is_half,
    }
    for what, is_asked in asked.items():
        if is_asked:
            raise ModelUnavailable(
                f"The models run on the CPU, but {what} was asked for: unset it, or set the "
                f"provider to one of {', '.join(ACCELERATORS)}."
            )
