"""A table of labels, as commands take it."""

from pathlib import Path

from cli.exits import CommandFailed
from models.errors import LabelsError
from models.labels import LabelRow, read_labels


def load_labels(path: Path, *, with_boxes: bool = False) -> list[LabelRow]:
    """Every row of the table, or of each face `with_boxes`; CommandFailed if the file is not a
    table of labels."""
    try:
        return read_labels(path, with_boxes=with_boxes)
    except LabelsError as error:
        raise CommandFailed(str(error)) from error
