"""Which pool child has which device, and how many there are."""

import pytest

from models.graphs.device import Device
from models.graphs.graph import CPU, CUDA
from worker.devices import choose_device, count_slots, list_devices, own_device
from worker.settings import Settings, SettingsError


def read(**values):
    return Settings.from_env({f"FACETALLY_{name.upper()}": value for name, value in values.items()})


def test_pool_children_take_turns_on_the_devices():
    settings = read(provider="cuda", devices="2, 0")
    assert [choose_device(settings, slot).index for slot in range(5)] == [2, 0, 2, 0, 2]


def test_outside_a_pool_it_is_the_first_device():
    assert own_device(read(provider="cuda", devices="3,1")).index == 3
    assert own_device(read(provider="cuda")).index is None


def test_a_device_has_what_the_settings_say():
    settings = read(
        provider="tensorrt",
        devices="1",
        device_memory_bytes="4096",
        precision="float16",
        engines_dir="/engines",
    )
    assert choose_device(settings, 0) == Device(
        "tensorrt", 1, 4096, is_half=True, engines_dir=settings.engines_dir
    )


@pytest.mark.parametrize(
    ("values", "provider", "slots"),
    [
        ({"devices": "2"}, CUDA, 1),
        ({"devices": "0,1,2"}, CUDA, 3),
        ({"devices": "0,1", "workers": "6"}, CUDA, 6),
        ({"workers": "3"}, CUDA, 3),
        ({"workers": "3"}, CPU, 3),
    ],
    ids=["one", "each-device", "as-set", "no-device-named", "cpu"],
)
def test_there_is_a_slot_for_each_device_that_is_named(values, provider, slots):
    assert count_slots(read(**values), provider) == slots


def test_each_device_is_checked_once():
    assert [one.index for one in list_devices(read(devices="0,1,0"))] == [0, 1]


@pytest.mark.parametrize("devices", ["gpu", "-1", "0;1"])
def test_a_device_is_a_number(devices):
    with pytest.raises(SettingsError, match="FACETALLY_DEVICES"):
        read(devices=devices)
