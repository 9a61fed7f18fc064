"""What becomes of the rows of a table of labels, analyzed by one pack."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.evaluation.analysis import analyze_pictures
from cli.evaluation.matching import is_inside, match_picture, match_rows
from cli.exits import CommandFailed
from cli.terminal import tell
from db.item_values import StoredItem
from db.pack_values import PackVersion
from models.accuracy.boxed_pictures import BoxedPicture
from models.accuracy.labeled_pictures import LabeledPicture
from models.labels import LabelRow, RowProblem

MOST_NOTES = 20
NO_FACES = "No face was found in any readable picture."


@dataclass(frozen=True, slots=True)
class RowOutcomes:
    """What became of the rows, by the pack that analyzed them."""

    pack: PackVersion
    faces: dict[int, LabeledPicture]  # of readable pictures, by their line
    boxed: list[BoxedPicture]  # readable pictures whose faces are all labeled with boxes
    problems: Counter[str]
    pictures: int  # that were readable
    several_faces: int  # of them, those with several faces and no boxes


def find_outcomes(labels: Path, rows: Sequence[LabelRow], pack: str | None) -> RowOutcomes:
    """Analyze the pictures of the rows, and tell what is wrong with any; CommandFailed if no face
    was found."""
    pictures = _group_rows(rows)
    notes = [f"line {row.line}: {one}" for row in rows for one in row.problems]
    if not pictures:
        _report_problems(labels, notes)
        raise CommandFailed(NO_FACES)
    analyzed = analyze_pictures(list(pictures), pack)
    found = _Found()
    for path, some in pictures.items():
        notes += found.add(some, analyzed.items[path])
    _report_problems(labels, notes)
    if all(one.face is None for one in found.faces.values()):
        raise CommandFailed(NO_FACES)
    problems = found.problems + Counter[str](one for row in rows for one in row.problems)
    return RowOutcomes(
        analyzed.pack,
        found.faces,
        found.boxed,
        problems,
        found.pictures,
        found.several_faces,
    )


def _group_rows(rows: Sequence[LabelRow]) -> dict[Path, list[LabelRow]]:
    """The rows of each picture that can be used."""
    pictures: dict[Path, list[LabelRow]] = {}
    for row in rows:
        if row.path is not None:
            pictures.setdefault(row.path, []).append(row)
    return pictures


class _Found:
    """What is found in one picture after the other."""

    def __init__(self) -> None:
        self.faces: dict[int, LabeledPicture] = {}
        self.boxed: list[BoxedPicture] = []
        self.problems = Counter[str]()
        self.pictures = 0
        self.several_faces = 0

    def add(self, rows: Sequence[LabelRow], item: StoredItem) -> list[str]:
        """Take in the rows of a picture; what is wrong with any of them, a note each."""
        if item.error:
            self.problems[item.error.code] += len(rows)
            return [f"line {row.line}: {item.error.code}: {item.error.message}" for row in rows]
        inside = [row for row in rows if row.box is None or is_inside(row.box, item)]
        outside = [row.line for row in rows if row not in inside]
        self.problems[RowProblem.BAD_BOX] += len(outside)
        self.pictures += 1
        for row, one in match_rows(inside, item):
            self.faces[row.line] = one
            self.problems[RowProblem.UNCLEAR] += one.face is not None and not one.judged
            self.problems[RowProblem.NO_FACE] += one.face is None
            self.several_faces += row.box is None and len(item.faces) > 1
        if not outside and (picture := match_picture(inside, item)):
            self.boxed.append(picture)
        size = f"{item.width_pixels} x {item.height_pixels} pixels"
        return [
            f"line {line}: {RowProblem.BAD_BOX}: the picture has {size} only" for line in outside
        ]


def _report_problems(labels: Path, notes: Sequence[str]) -> None:
    for note in notes[:MOST_NOTES]:
        tell(f"{labels.name}, {note}")
    if len(notes) > MOST_NOTES:
        tell(f"And {len(notes) - MOST_NOTES} more, counted in the figures.")
