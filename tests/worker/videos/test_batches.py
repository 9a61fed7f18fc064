"""On a device, frames are searched several at once, and give what they give one by one."""

from pathlib import Path

import numpy as np
import pytest

from db.engine import Database
from db.job_values import ThumbnailKind
from tests.support.models.devices import open_fake_device
from tests.support.run.databases import on_one_database
from tests.support.work.videos import allow, read_items, submit_videos
from tests.support.work.worker import work_until_done
from worker.settings import Settings


class Batches:
    """The number of inputs of each run of the detector."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def __call__(self, run):
        def note_and_run(inputs: np.ndarray):
            if inputs.shape[2] >= 160:
                self.lengths.append(len(inputs))
            return run(inputs)

        return note_and_run


@on_one_database
@pytest.mark.parametrize("segment_frames", [3, 64], ids=["short segments", "one segment"])
def test_frames_that_are_searched_together_are_all_analyzed_once(
    database: Database, settings: Settings, clip: Path, segment_frames: int
) -> None:
    settings = allow(settings, clip, segment_frames=segment_frames)
    on_cpu = submit_videos(database, clip, thumbnails=ThumbnailKind.NONE)
    work_until_done(settings, database)
    accelerated = submit_videos(database, clip, thumbnails=ThumbnailKind.NONE)
    batches = Batches()
    work_until_done(settings, database, open_fake_device(settings.weights_dir, change=batches))

    [one], [other] = read_items(database, on_cpu), read_items(database, accelerated)
    assert other.error is None
    assert other.frames == one.frames
    assert len(other.faces) == len(one.faces)
    assert max(batches.lengths) > 1
