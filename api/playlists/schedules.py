"""Schedules: what ran when, read from the lines of a CSV file or the objects of a JSON body.

Every line is read before anything is kept, and each one at fault is named.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import BinaryIO

from api.errors import ApiError, InvalidRequest
from api.schemas.fields import FIRST_DAY, LAST_DAY, UNSTORABLE, read_capture
from api.submissions.manifest_lines import Lines, ManifestError
from api.submissions.manifest_parsing import read_head
from api.validation import LONGEST_FIELD, MOST_DETAILS, NAMED_FAULTS
from db.playlists.spots import Spots, find_overlaps, to_ms
from db.playlists.values import MOST_CONTENTS, MOST_SCREENS, MOST_SPOTS, Schedule

# Any other field of a spot is the dimension that screens are values of.
SPOT_FIELDS = ("start", "end", "content")
LONGEST_TEXT = 200
# Of those that are kept to be named, in the order of their lines.
MOST_FAULTS = 1000
# `2026-07-01T12:30`: a date without a time is the time of nothing.
SHORTEST_TIME = 16


class ScheduleReader:
    """Takes spots one by one, and what is wrong with them; `noun` is what a number is of."""

    def __init__(self, zone: tzinfo, noun: str) -> None:
        self._zone = zone
        self._noun = noun
        self._dimension: str | None = None
        self._contents: dict[str, int] = {}
        self._screens: dict[str, int] = {}
        self._numbers: list[int] = []
        # Of screens, starts, stops and contents.
        self._columns: tuple[list[int], ...] = ([], [], [], [])
        self._faults: list[tuple[int, str]] = []
        self._fault_count = 0

    def add(self, number: int, fields: Mapping[str, str]) -> None:
        try:
            self._add(number, fields)
        except ValueError as error:
            self.note(number, str(error))

    def note(self, number: int, problem: str) -> None:
        self._fault_count += 1
        if self._fault_count <= MOST_FAULTS:
            self._faults.append((number, problem))

    def finish(self) -> Schedule:
        """Raises ApiError for whatever is wrong."""
        if not self._numbers and not self._faults:
            problem = "The playlist is empty. Give a start, an end and a content for each spot."
            raise ApiError(HTTPStatus.BAD_REQUEST, problem)
        screens, starts, stops, contents = self._columns
        for one, other in find_overlaps(screens, starts, stops) if self._numbers else ():
            where = f"{self._noun} {self._numbers[other]}"
            self.note(self._numbers[one], f"it begins before the spot of {where} ends")
        self._refuse()
        return Schedule(
            spots=Spots.of(screens, starts, stops, contents),
            contents=tuple(self._contents),
            dimension=self._dimension,
            screens=tuple(self._screens),
        )

    def _add(self, number: int, fields: Mapping[str, str]) -> None:
        if len(self._numbers) >= MOST_SPOTS:
            raise InvalidRequest(f"A playlist has at most {MOST_SPOTS:,} spots. Split it.")
        missing = [name for name in SPOT_FIELDS if not fields.get(name)]
        if missing:
            raise ValueError(f"it has no {' and no '.join(missing)}")
        start_ms = self._read_time("start", fields["start"])
        stop_ms = self._read_time("end", fields["end"])
        if stop_ms <= start_ms:
            raise ValueError("its end is not after its start")
        row = (self._find_screen(number, fields), start_ms, stop_ms)
        content = _number(self._contents, fields["content"], MOST_CONTENTS, "contents")
        for column, value in zip(self._columns, (*row, content), strict=True):
            column.append(value)
        self._numbers.append(number)

    def _read_time(self, name: str, text: str) -> int:
        try:
            return to_ms(_localize(_parse(text), self._zone))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None

    def _find_screen(self, number: int, fields: Mapping[str, str]) -> int:
        others = {name: text for name, text in fields.items() if name not in SPOT_FIELDS}
        if self._dimension is None and not self._numbers:
            self._dimension = next(iter(others), None)
        if others.keys() - {self._dimension}:
            raise ValueError(
                f"it has {', '.join(others)}: a playlist has one dimension, such as store, besides "
                "start, end and content"
            )
        screen = others.get(self._dimension or "", "")
        if self._dimension is not None and not screen:
            raise ValueError(f"it has no {self._dimension}")
        return _number(self._screens, screen, MOST_SCREENS, self._dimension or "screens")

    def _refuse(self) -> None:
        if not self._faults:
            return
        faults = sorted(self._faults)
        details = [
            {"field": f"{self._noun} {number}", "problem": problem}
            for number, problem in faults[:MOST_DETAILS]
        ]
        named = [f"{one['field']}: {one['problem']}" for one in details[:NAMED_FAULTS]]
        if self._fault_count > NAMED_FAULTS:
            named.append(f"and {self._fault_count - NAMED_FAULTS:,} more")
        raise InvalidRequest(f"Nothing was kept. {'; '.join(named)}.", details)


def read_csv_schedule(file: BinaryIO, zone: tzinfo) -> Schedule:
    """Raises ApiError."""
    reader, lines = ScheduleReader(zone, "line"), Lines(file)
    try:
        for number, names, cells in _read_records(lines):
            if any(cells[len(names) :]):
                reader.note(number, "it has more cells than there are columns")
            else:
                reader.add(number, dict(zip(names, cells, strict=False)))
    except ManifestError as error:
        reader.note(error.line, error.problem.rstrip("."))
    except csv.Error as error:
        reader.note(lines.number, f"this is not CSV ({error})")
    return reader.finish()


def read_json_schedule(spots: list[dict[str, str]], zone: tzinfo) -> Schedule:
    """Raises ApiError."""
    reader = ScheduleReader(zone, "spot")
    for number, fields in enumerate(spots, 1):
        reader.add(number, {name: text.strip() for name, text in fields.items()})
    return reader.finish()


def _read_records(lines: Lines) -> Iterator[tuple[int, list[str], list[str]]]:
    """The number of the last line of each record, the names of columns, and its cells."""
    delimiter, head = read_head(lines)
    names = _read_names(lines.number, next(csv.reader([head], delimiter=delimiter), []))
    lines.begin_record()
    for cells in csv.reader(lines, delimiter=delimiter, strict=True):
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield lines.number, names, stripped
        lines.begin_record()


def _read_names(number: int, cells: list[str]) -> list[str]:
    """Spellings of a spot's own columns may differ; a dimension is called as it is."""
    names = [" ".join(cell.split()) for cell in cells]
    names = [name.lower() if name.lower() in SPOT_FIELDS else name for name in names]
    others = [name for name in names if name not in SPOT_FIELDS]
    if sorted({*names} & {*SPOT_FIELDS}) != sorted(SPOT_FIELDS):
        raise ManifestError(
            max(1, number), "the first line must name the columns: start, end and content."
        )
    if len(names) > len(SPOT_FIELDS) + 1 or "" in others:
        raise ManifestError(
            number,
            "only one more column, such as store, may follow start, end and content, not "
            f"{', '.join(one[:LONGEST_FIELD] or 'one without a name' for one in others[:3])}.",
        )
    return names


def _number(known: dict[str, int], text: str, most: int, noun: str) -> int:
    """The number of a text, a new one where it is new."""
    found = known.get(text)
    if found is not None:
        return found
    if len(text) > LONGEST_TEXT or UNSTORABLE.search(text):
        raise ValueError(f"{text[:20]!r} is longer than {LONGEST_TEXT} characters, or not text")
    if len(known) >= most:
        raise InvalidRequest(
            f"A playlist has at most {most:,} {noun}, and this has more. Split it."
        )
    return known.setdefault(text, len(known))


def _parse(text: str) -> datetime:
    """A time as ISO 8601 or EXIF writes it, which separates dates by colons."""
    try:
        if len(text) >= SHORTEST_TIME and text[4] == text[7] and text[4] in "-:/":
            return datetime.fromisoformat(f"{text[:4]}-{text[5:7]}-{text[8:]}")
    except ValueError:
        pass
    read = read_capture(text)
    if not isinstance(read, datetime):
        raise ValueError(f"{text[:40]!r} is not a time: write 2026-07-01T12:30:00")
    return read


def _localize(moment: datetime, zone: tzinfo) -> datetime:
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise ValueError("it must be within the years 1 to 9999")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
