"""Pictures are decoded ahead of the models, within bounds, and leave in batches that wait for none
that is slow."""

from threading import Event

import pytest

from db.item_values import ClaimedItem, Failure
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import LooseChunk, make_chunk
from worker.pictures.decoding import DECODE_THREADS, Decoding, count_threads
from worker.pictures.intake import LoadedItem
from worker.settings import Settings

PATIENCE_SECONDS = 60.0


class Slow(Decoding):
    """The picture `slow` waits until it `may_go`; notes which were begun."""

    def __init__(self, settings: Settings, slow: int | None, **options: float) -> None:
        super().__init__(settings, **options)
        self.may_go = Event()
        self.begun: list[int] = []
        self._slow = slow

    def _decode(self, loaded, held):
        self.begun.append(loaded.item.id)
        if loaded.item.id == self._slow:
            assert self.may_go.wait(PATIENCE_SECONDS)
        return super()._decode(loaded, held)


def make_loaded(count):
    content = encode_scene("JPEG")
    for number in range(count):
        yield LoadedItem(ClaimedItem(number, str(number), "", {}), content)


def numbers(batch):
    return [result.item.id for result, _ in batch]


def test_a_full_batch_leaves_once_as_many_again_are_about_to_be_decoded(settings: Settings) -> None:
    decoding = Slow(settings, None, batch_seconds=PATIENCE_SECONDS)
    batches = decoding.decode(make_loaded(20), LooseChunk(make_chunk()), size=4, ahead=7)
    assert numbers(next(batches)) == [0, 1, 2, 3]
    # Nothing is begun that would not fit.
    assert set(decoding.begun) <= set(range(8))
    assert [numbers(batch) for batch in batches] == [
        list(range(start, start + 4)) for start in range(4, 20, 4)
    ]
    decoding.close()


def test_a_batch_does_not_wait_for_a_slow_picture(settings: Settings) -> None:
    decoding = Slow(settings, 3, batch_seconds=0.01)
    batches = decoding.decode(make_loaded(6), LooseChunk(make_chunk()), size=8, ahead=15)
    early = []
    while len(early) < 3:
        early += numbers(next(batches))
    assert early == [0, 1, 2]
    decoding.may_go.set()
    assert [number for batch in batches for number in numbers(batch)] == [3, 4, 5]
    decoding.close()


def test_a_picture_that_cannot_be_decoded_keeps_its_place(settings: Settings) -> None:
    decoding = Decoding(settings)
    loaded = list(make_loaded(3))
    loaded[1] = LoadedItem(loaded[1].item, b"not a picture")
    batches = list(decoding.decode(iter(loaded), LooseChunk(make_chunk()), size=3, ahead=5))
    decoded = [content for batch in batches for _, content in batch]
    assert [isinstance(one, Failure) for one in decoded] == [False, True, False]
    decoding.close()


@pytest.mark.parametrize(
    ("provider", "devices", "workers", "threads"),
    [
        ("cpu", "", "16", DECODE_THREADS),
        ("cuda", "0", "", 16),
        ("cuda", "0,1", "", 8),
        ("cuda", "0", "16", DECODE_THREADS),
    ],
    ids=["cpu", "one device", "two devices", "a slot for each core"],
)
def test_the_slots_of_a_device_share_the_cores(provider, devices, workers, threads):
    values = {"PROVIDER": provider, "DEVICES": devices, "WORKERS": workers}
    settings = Settings.from_env({f"FACETALLY_{name}": value for name, value in values.items()})
    assert count_threads(settings, cores=16) == threads
