"""A picture that hangs or ends the decoder costs no other."""

from contextlib import closing
from pathlib import Path

from db.item_values import ClaimedItem
from db.states import ErrorCode
from models.decoding.decoder import Decoder
from models.errors import CrashingItem, TooSlowItem
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


class Struggling(Decoder):
    """Fails with some pictures as the real one does."""

    def decode(self, data, **limits):
        if data == b"slow":
            raise TooSlowItem("It takes too long.")
        if data == b"crash":
            raise CrashingItem("It crashes.")
        return super().decode(data, **limits)


def test_a_picture_that_hangs_or_ends_the_decoder_fails_alone(
    settings: Settings, tmp_path: Path
) -> None:
    contents = [encode_scene("JPEG"), b"slow", encode_scene("PNG"), b"crash", encode_scene("GIF")]
    items = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(content)
        items.append(ClaimedItem(number, str(number), path.as_uri(), {}))
    held = LooseChunk(make_chunk(*items, thumbnails="none"))
    analyzers, sources = open_analyzers(settings, Blind()), Sources.from_settings(settings)
    with closing(Struggling()) as decoder:
        decoding = Decoding(settings, decoder=decoder)
        with closing(PictureAnalysis(settings, analyzers, sources, decoding)) as analysis:
            results = analysis._analyze(items, list, held)
    codes = [result.error.code if result.error else None for result in results]
    assert codes == [None, ErrorCode.TIMEOUT, None, ErrorCode.WORKER_CRASHED, None]
