"""A training as tables for the terminal."""

from collections import Counter

from rich.table import Table

from cli.output.tables import make_table
from training.faces.cleaning import Cleaned
from training.results.documents import list_figures
from training.results.measuring import TrainingAccuracy


def make_findings_table(cleaned: Cleaned) -> Table:
    """How many rows have each finding, and how many of them are left out."""
    kept = set(cleaned.kept.tolist())
    found = Counter(str(one.code) for one in cleaned.findings)
    out = Counter(str(one.code) for one in cleaned.findings if one.index not in kept)
    table = make_table("finding", "rows", "left out")
    for code, rows in found.most_common():
        table.add_row(code, str(rows), str(out[code]))
    return table


def make_accuracy_table(accuracy: TrainingAccuracy) -> Table:
    """The trained nets, the pack in use, and a guess, on the same faces."""
    table = make_table("figure", "trained", "pack in use", "guessed")
    for row in list_figures(accuracy):
        table.add_row(*row)
    return table
