"""What becomes of the rows of a table of labels, analyzed by one pack."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.evaluation.analysis import analyze_rows, match_row
from cli.exits import CommandFailed
from cli.terminal import tell
from db.pack_values import PackVersion
from models.labels import LabelRow, RowProblem
from models.statistics.labeled_pictures import LabeledPicture

MOST_NOTES = 20
NO_FACES = "No face was found in any readable picture."


@dataclass(frozen=True, slots=True)
class RowOutcomes:
    """What became of the rows, by the pack that analyzed them."""

    pack: PackVersion
    pictures: dict[int, LabeledPicture]  # readable ones, by their line
    problems: Counter[str]
    several_faces: int


def match_rows(labels: Path, rows: Sequence[LabelRow], pack: str | None) -> RowOutcomes:
    """Analyze the pictures of the rows, and tell what is wrong with any; CommandFailed if no face
    was found."""
    notes = [f"line {row.line}: {one}" for row in rows for one in row.problems]
    usable = [row for row in rows if row.path is not None]
    if not usable:
        _report_problems(labels, notes)
        raise CommandFailed(NO_FACES)
    analyzed = analyze_rows(usable, pack)
    pictures, several = {}, 0
    problems = Counter[str](one for row in rows for one in row.problems)
    for row, item in zip(usable, analyzed.items, strict=True):
        if item.error:
            problems[item.error.code] += 1
            notes.append(f"line {row.line}: {item.error.code}: {item.error.message}")
            continue
        picture = pictures[row.line] = match_row(row, item)
        problems[RowProblem.UNCLEAR] += picture.face is not None and not picture.judged
        problems[RowProblem.NO_FACE] += not item.faces
        several += len(item.faces) > 1
    _report_problems(labels, notes)
    if all(picture.face is None for picture in pictures.values()):
        raise CommandFailed(NO_FACES)
    return RowOutcomes(analyzed.pack, pictures, +problems, several)


def _report_problems(labels: Path, notes: Sequence[str]) -> None:
    for note in notes[:MOST_NOTES]:
        tell(f"{labels.name}, {note}")
    if len(notes) > MOST_NOTES:
        tell(f"And {len(notes) - MOST_NOTES} more, counted in the figures.")
