"""A decoder that hangs costs its picture, and no other."""

from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from db.item_values import ClaimedItem
from db.states import ErrorCode
from models.nets.analyzer import AlignedFaces, Analyzer
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import LooseChunk, make_chunk, open_analyzers
from worker.pictures.analysis import PictureAnalysis
from worker.pictures.decoding import Decoding
from worker.settings import Settings
from worker.sources.reader import Sources


class Blind(Analyzer):
    """Finds no faces."""

    batch_pictures = 1

    def __init__(self) -> None:
        pass

    def detect(self, pictures, *, crowd=False):
        return [AlignedFaces([]) for _ in pictures]

    def estimate(self, aligned):
        return []


class Hanging(Decoding):
    """It hangs on some pictures, until the test ends."""

    def __init__(self, settings: Settings, hanging: set[str]) -> None:
        super().__init__(settings)
        self.over = Event()
        self._hanging = hanging

    def _decode(self, loaded, held):
        if loaded.item.name in self._hanging:
            self.over.wait()
        return super()._decode(loaded, held)


def open_analysis(settings: Settings, decoding: Decoding) -> PictureAnalysis:
    analyzers = open_analyzers(settings, Blind())
    return PictureAnalysis(settings, analyzers, Sources.from_settings(settings), decoding)


@pytest.mark.parametrize("hanging", [{"3"}, {"3", "4"}, {"0"}])
def test_a_picture_whose_decoder_hangs_fails_and_the_rest_is_left_to_another_process(
    settings: Settings, tmp_path: Path, hanging: set[str]
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_scene("JPEG"))
    items = [ClaimedItem(number, str(number), path.as_uri(), {}) for number in range(8)]
    held = LooseChunk(make_chunk(*items, thumbnails="none"))
    quick = settings.model_copy(update={"picture_timeout_seconds": 0.3})
    decoding = Hanging(quick, hanging)
    with closing(open_analysis(quick, decoding)) as analysis:
        results = analysis._analyze(items, list, held)
        first = int(min(hanging))
        assert [result.item.id for result in results] == list(range(first + 1))
        failures = [result.error.code if result.error else None for result in results]
        assert failures == [None] * first + [ErrorCode.TIMEOUT]
        assert analysis.is_stuck
        assert held.was_stopped
        decoding.over.set()


def test_a_process_whose_decoders_end_is_kept(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_scene("JPEG"))
    items = [ClaimedItem(number, str(number), path.as_uri(), {}) for number in range(3)]
    with closing(open_analysis(settings, Hanging(settings, set()))) as analysis:
        results = analysis._analyze(items, list, LooseChunk(make_chunk(*items, thumbnails="none")))
        assert len(results) == 3
        assert not analysis.is_stuck
