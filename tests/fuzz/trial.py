"""One damaged file through the functions that a request and a worker call."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from api.archives.bounds import Budget
from api.archives.files import is_archive, read_members
from models.blocks import read_blocks
from models.errors import ItemError
from models.file_kinds.recognition import HEAD_BYTES, is_video
from models.pictures.files import find_capture_time, strip_metadata
from models.pictures.picture import decode_picture
from models.pictures.working_size import WorkingSize
from tests.fuzz.mutations import mutate
from tests.fuzz.video_trial import watch_video

MAX_PIXELS = 20_000_000
MAX_MEMBER_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: an error's code or `done` for each of its items, or a fault."""

    seed: int
    kind: str
    items: tuple[str, ...]
    seconds: float
    fault: str = ""


def make_file(seed: int, corpus: dict[str, bytes]) -> tuple[str, bytes]:
    """The kind of the file of a seed, and its bytes."""
    chance = random.Random(seed)
    kind = chance.choice(sorted(corpus))
    return kind, mutate(corpus[kind], chance, list(corpus.values()))


def try_file(seed: int, corpus: dict[str, bytes]) -> Outcome:
    """Read a file as it is submitted, decode what is in it, and make what is served of it."""
    kind, data = make_file(seed, corpus)
    started = monotonic()
    try:
        items = tuple(read_items(data))
    # Whatever it is: it would have been an error of the server, or of a worker.
    except Exception as error:  # noqa: BLE001
        return Outcome(seed, kind, (), monotonic() - started, repr(error))
    return Outcome(seed, kind, items, monotonic() - started)


def read_items(data: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(data)
        if not is_archive(path, "file"):
            yield _decode(data)
            return
        for member in read_members(path, "file", Budget(len(data), MAX_MEMBER_BYTES), Counter()):
            try:
                content = b"".join(read_blocks(member.open()))
            except ItemError as error:
                yield error.code
            else:
                yield "link" if member.same_as else _decode(content)


def _decode(data: bytes) -> str:
    try:
        if is_video(data[:HEAD_BYTES]):
            watch_video(data)
            return "done"
        find_capture_time(data)
        strip_metadata(data)
        decode_picture(data, max_pixels=MAX_PIXELS, working_size=WorkingSize(640))
    except ItemError as error:
        return error.code
    return "done"
