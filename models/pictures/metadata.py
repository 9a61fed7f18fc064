"""What a picture says of itself: which way is up, and when it was taken. Nothing else is read."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from models.containers.directories import Directory, open_tags
from models.containers.parts import Parts
from models.containers.tiff import read_orientation as read_orientation_tag

EXIF_DIRECTORY = 34665
MAKER = 271
# Tags of the time and of its offset from UTC, by how well they tell when a picture was taken. The
# last is that of the last change: only cameras write it as the time of capture.
TAKEN = (36867, 36881)
DIGITIZED = (36868, 36882)
CHANGED = (306, 36880)
# Of XMP, in the same order.
XMP_TIMES = re.compile(
    rb"""(?:exif:DateTimeOriginal|photoshop:DateCreated|xmp:CreateDate)\s*(?:=\s*["']|>)\s*"""
    rb"""([0-9T:.+\-Z ]{10,35})"""
)
# EXIF separates dates by colons, ISO 8601 by hyphens. Seconds may be missing, or have a fraction.
TIME = re.compile(
    r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
# Photography began later; a clock that is not set says 1904, 1970 or 2000, of which only the first
# cannot be a date of a picture. What is later than tomorrow was never taken.
FIRST_YEAR = 1905
LONGEST_OFFSET = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """A time on the clock of the camera, and where known its offset from UTC."""

    local: datetime  # naive
    offset: timedelta | None

    def at(self, zone: tzinfo) -> datetime:
        """The time in UTC; without an offset, the clock is taken for one of `zone`."""
        place = zone if self.offset is None else timezone(self.offset)
        return self.local.replace(tzinfo=place).astimezone(UTC)


def parse_time(text: str) -> CaptureTime | None:
    """A time as EXIF or ISO 8601 writes it; None for anything else, or a time that cannot be."""
    found = TIME.fullmatch(text.strip())
    if found is None:
        return None
    *numbers, zone = found.groups()
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    try:
        local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    return CaptureTime(local, _parse_offset(zone or ""))


def _parse_offset(text: str) -> timedelta | None:
    if text == "Z":
        return timedelta(0)
    found = OFFSET.fullmatch(text)
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if offset > LONGEST_OFFSET:
        return None
    return -offset if found[1] == "-" else offset


def read_capture_time(parts: Parts) -> CaptureTime | None:
    """When a picture was taken, by its EXIF or else its XMP; None if neither tells."""
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    for time in (_read_exif_time(parts.exif), _read_xmp_time(parts.xmp)):
        if time is not None and time.local.year >= FIRST_YEAR and time.local <= latest:
            return time
    return None


def _read_exif_time(exif: bytes) -> CaptureTime | None:
    tags = open_tags(exif)
    directory = None if tags is None else tags.read(tags.first)
    if tags is None or directory is None:
        return None
    detail = tags.read(directory.number(EXIF_DIRECTORY, 0)) or directory
    times = [_read_tags(detail, *TAKEN), _read_tags(detail, *DIGITIZED)]
    if MAKER in directory.tags:
        times.append(_read_tags(directory, CHANGED[0], CHANGED[1], detail))
    return next((time for time in times if time is not None), None)


def _read_tags(
    directory: Directory, time_tag: int, offset_tag: int, offsets: Directory | None = None
) -> CaptureTime | None:
    time = parse_time(directory.text(time_tag))
    if time is None or time.offset is not None:
        return time
    return CaptureTime(time.local, _parse_offset((offsets or directory).text(offset_tag)))


def _read_xmp_time(xmp: bytes) -> CaptureTime | None:
    texts = (found[1].decode("ascii", "ignore") for found in XMP_TIMES.finditer(xmp))
    return next((time for time in map(parse_time, texts) if time is not None), None)


def read_orientation(exif: bytes) -> int:
    """The orientation of EXIF, 1 to 8; 1 if there is none."""
    tags = open_tags(exif)
    directory = None if tags is None else tags.read(tags.first)
    return 1 if directory is None else read_orientation_tag(directory)
