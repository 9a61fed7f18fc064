"""Finds what is wrong with the prepared rows."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.statistics.confusion import AgeRange
from training.faces.findings import NO_CLASS, Finding, FindingKind
from training.faces.groups import join_rows
from training.faces.resemblance import list_similar
from training.faces.rows import PackEstimate, PreparedRow
from training.targets import find_band

# Labels of one picture that are this many years apart contradict each other.
CONFLICTING_YEARS = 5
# The pack in use errs by 5 years on average; of the ages this far off, most are typing errors.
UNLIKELY_YEARS = 30
UNLIKELY_PROBABILITY = 0.98


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was found, which rows are left, and in which group each row is (N,)."""

    findings: list[Finding]
    kept: NDArray[np.int64]
    groups: NDArray[np.int64]


def clean_rows(
    rows: Sequence[PreparedRow], bands: Sequence[AgeRange], leave_out: Sequence[str]
) -> Cleaned:
    """Look at every row, and leave out those without a face or a label, and those with a finding
    of the kinds `leave_out`."""
    usable = [index for index, row in enumerate(rows) if row.failure is None]
    pairs = list(_list_pairs(rows, usable))
    findings = [
        *_find_faults(rows, bands),
        *_find_duplicates(rows, pairs),
        *(
            Finding(index, FindingKind.SEVERAL_FACES, f"{rows[index].faces} faces")
            for index in usable
            if rows[index].faces > 1
        ),
        *_find_conflicts(rows, usable, pairs),
        *_find_unlikely(rows, usable),
    ]
    out = {one.index for one in findings if one.code in leave_out}
    kept = [index for index in usable if index not in out and _is_labeled(rows[index], bands)]
    groups = join_rows([row.subject for row in rows], pairs)
    findings.sort(key=lambda one: one.index)
    return Cleaned(findings, np.array(kept, dtype=np.int64), groups)


def _is_labeled(row: PreparedRow, bands: Sequence[AgeRange]) -> bool:
    return row.gender is not None or find_band(row.age_years, bands) >= 0


def _list_pairs(rows: Sequence[PreparedRow], usable: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The rows with the same picture or with pictures that look the same, the earlier first."""
    hashes = np.array([rows[index].hash for index in usable], dtype=np.uint64)
    return ((usable[one], usable[other]) for one, other in list_similar(hashes))


def _find_faults(rows: Sequence[PreparedRow], bands: Sequence[AgeRange]) -> Iterator[Finding]:
    for index, row in enumerate(rows):
        yield from (Finding(index, code) for code in row.problems)
        if row.failure and row.failure not in row.problems:
            yield Finding(index, row.failure, row.message)
        if row.age_years is not None and find_band(row.age_years, bands) < 0:
            yield Finding(index, NO_CLASS, f"no class has the age {row.age_years:g}")


def _find_duplicates(
    rows: Sequence[PreparedRow], pairs: Sequence[tuple[int, int]]
) -> Iterator[Finding]:
    """One for each row that repeats an earlier one, which stays."""
    firsts: dict[int, int] = {}
    for earlier, later in sorted(pairs):
        firsts.setdefault(later, earlier)
    for later, earlier in firsts.items():
        same = rows[later].digest == rows[earlier].digest
        kind = FindingKind.DUPLICATE if same else FindingKind.NEAR_DUPLICATE
        yield Finding(later, kind, f"like line {rows[earlier].line}")


def _find_conflicts(
    rows: Sequence[PreparedRow], usable: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> Iterator[Finding]:
    details: dict[int, str] = {}
    for one, other in pairs:
        if _contradict(rows[one], rows[other]):
            details.setdefault(one, f"line {rows[other].line} labels the picture otherwise")
            details.setdefault(other, f"line {rows[one].line} labels the picture otherwise")
    by_subject: dict[str, list[int]] = defaultdict(list)
    for index in usable:
        by_subject[rows[index].subject].append(index)
    for subject, members in by_subject.items():
        if len({rows[index].gender for index in members} - {None}) > 1:
            for index in members:
                details.setdefault(index, f"subject {subject} is labeled female and male")
    for index, detail in details.items():
        yield Finding(index, FindingKind.CONFLICTING, detail)


def _contradict(one: PreparedRow, other: PreparedRow) -> bool:
    genders = {one.gender, other.gender} - {None}
    if len(genders) > 1:
        return True
    if one.age_years is None or other.age_years is None:
        return False
    return abs(one.age_years - other.age_years) > CONFLICTING_YEARS


def _find_unlikely(rows: Sequence[PreparedRow], usable: Sequence[int]) -> Iterator[Finding]:
    for index in usable:
        row, estimate = rows[index], rows[index].estimate
        detail = "" if estimate is None else _describe_unlikely(row, estimate)
        if detail:
            yield Finding(index, FindingKind.UNLIKELY, detail)


def _describe_unlikely(row: PreparedRow, estimate: PackEstimate) -> str:
    parts = []
    age = row.age_years
    if (
        age is not None
        and abs(age - estimate.years) > UNLIKELY_YEARS
        and not estimate.low <= age <= estimate.high
    ):
        parts.append(f"labeled {age:g} years, estimated {estimate.years:.0f}")
    labeled = {"female": estimate.female, "male": 1 - estimate.female}.get(row.gender or "", 1.0)
    if 1 - labeled > UNLIKELY_PROBABILITY:
        parts.append(f"labeled {row.gender}, estimated otherwise with {1 - labeled:.0%}")
    return "; ".join(parts)
