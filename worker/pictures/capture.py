"""When an item was captured: as its submitter says, or else as the picture itself says."""

from dataclasses import replace

from db.item_values import ClaimedItem
from db.job_values import CaptureSource, JobOptions
from models.pictures.files import find_capture_time


def add_capture_time(item: ClaimedItem, content: bytes, options: JobOptions) -> ClaimedItem:
    """The item with the time of its EXIF or XMP, where its job asks for that and it has none.

    A time without an offset is taken for one of the job's time zone.
    """
    if item.captured_at is not None or options.captured_at is CaptureSource.GIVEN:
        return item
    time = find_capture_time(content)
    if time is None:
        return item
    try:
        captured_at = time.at(options.zone)
    except OverflowError:
        return item
    return replace(item, captured_at=captured_at)
