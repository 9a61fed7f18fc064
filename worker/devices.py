"""Which device a pool child has: they take turns by their number in the pool, which a replacement
of a child inherits."""

from billiard.process import current_process

from models.graphs.device import Device
from models.graphs.graph import CPU
from worker.settings import Settings


def own_device(settings: Settings) -> Device:
    """That of this process; the first one outside a pool."""
    return choose_device(settings, getattr(current_process(), "index", 0))


def choose_device(settings: Settings, slot: int) -> Device:
    """That of the pool child with this number, from 0."""
    devices = settings.devices
    return Device(
        provider=settings.provider,
        index=devices[slot % len(devices)] if devices else None,
        memory_bytes=settings.device_memory_bytes,
        is_half=settings.precision == "float16",
        engines_dir=settings.engines_dir,
    )


def list_devices(settings: Settings) -> list[Device]:
    """Each device that a worker uses, once."""
    slots = range(max(1, len(settings.devices)))
    return list(dict.fromkeys(choose_device(settings, slot) for slot in slots))


def count_slots(settings: Settings, provider: str) -> int:
    """As many as are set; by default one for each device that is named, or else for each core."""
    if provider == CPU or not settings.devices or "workers" in settings.model_fields_set:
        return settings.workers
    return len(list_devices(settings))
