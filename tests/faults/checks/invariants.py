"""Invariants that hold after every case; each function names the violations that it finds.

I1: one result for each item. I2: nothing written twice. I3: the faces of a fault-free run. I4: the
failed items are exactly those that had to fail. I5: counters are sums of rows. I6: the chunks tile
the job. I7: nothing is left to do. The cluster checks I8, no process left, and the bound on Redis;
the watcher checks I9, one end of each stream of events, and that counts always add up.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from db.slices.queries import FACES
from db.states import ChunkState, ErrorCode, ItemState, JobState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from models.face import Dropped, Face
from tests.faults.checks.evidence import FINAL, Evidence, is_cancelled
from tests.faults.pictures import BAD, GOOD, expect_dropped, expect_faces, kind_of, original_of

GENDER_MIN_PROBABILITY = 0.6
CODES = {GOOD: None, BAD: ErrorCode.UNREADABLE}
# A lease that is shorter than the time limit of a task often ends first.
OTHERS = {"hang": (ErrorCode.TIMEOUT,)}


def check_items(evidence: Evidence) -> list[str]:
    """I1: every item once, in order, and ended."""
    rows = [(item.position, item.name) for item in evidence.items]
    found = [] if rows == list(enumerate(evidence.names)) else ["I1: items are not as submitted"]
    ended = (*FINAL, ItemState.CANCELLED) if is_cancelled(evidence) else FINAL
    open_items = [item.name for item in evidence.items if item.state not in ended]
    return found + [f"I1: {name} has no result" for name in open_items]


def check_commits(evidence: Evidence) -> list[str]:
    """I2: no item was committed twice, except failures that were retried."""
    return [
        f"I2: {name} was committed {times} times"
        for name, times in evidence.committed.items()
        if times > most_commits(evidence, name)
    ]


def most_commits(evidence: Evidence, name: str) -> int:
    return 1 if kind_of(name) == GOOD else 1 + evidence.retries


def check_faces(evidence: Evidence) -> list[str]:
    """I3: item by item, the faces of a fault-free run."""
    return [
        f"I3: {item.name} has other faces: {_describe(evidence.faces.get(item.id, []))}"
        for item in evidence.items
        if _describe(evidence.faces.get(item.id, [])) != expect(item, evidence)
    ]


def expect(item: ItemRow, evidence: Evidence) -> list[tuple[object, ...]]:
    if item.state != ItemState.DONE or _counts_elsewhere(item, evidence):
        return []
    return [_describe_face(*numbered) for numbered in enumerate(expect_faces(item.name))]


def _describe_face(ordinal: int, face: Face) -> tuple[object, ...]:
    box = face.box
    gender = face.gender_value(GENDER_MIN_PROBABILITY)
    size = (box.x, box.y, box.width, box.height)
    return (ordinal, *size, face.score, face.gender.female, gender, face.age.years)


def _describe(faces: Sequence[FaceRow]) -> list[tuple[object, ...]]:
    return [
        (
            face.ordinal,
            *(face.x, face.y, face.width, face.height),
            *(face.score, face.female, face.gender, face.age_years),
        )
        for face in faces
    ]


def _counts_elsewhere(item: ItemRow, evidence: Evidence) -> bool:
    return item.duplicate_of is not None and evidence.counts_once


def check_dropped(evidence: Evidence) -> list[str]:
    """I3: item by item, the faces that a fault-free run drops."""
    return [
        f"I3: {item.name} has left out {left_out}"
        for item in evidence.items
        if (left_out := Dropped(item.too_small or 0, item.too_unsure or 0))
        != _expect_dropped(item, evidence)
    ]


def _expect_dropped(item: ItemRow, evidence: Evidence) -> Dropped:
    if item.state != ItemState.DONE or _counts_elsewhere(item, evidence):
        return Dropped()
    return expect_dropped(item.name)


def check_duplicates(evidence: Evidence) -> list[str]:
    """I3: of the done duplicates of one picture, one is the original, and all refer to it."""
    originals: dict[str, set[int]] = {}
    for item in evidence.items:
        if item.state == ItemState.DONE:
            named = originals.setdefault(original_of(item.name), set())
            named.add(item.duplicate_of or item.id)
    return [f"I3: {name} has originals {ids}" for name, ids in originals.items() if len(ids) > 1]


def check_failures(evidence: Evidence) -> list[str]:
    """I4: exactly the items that had to fail failed, each with its own code."""
    return [
        f"I4: {item.name} ended with {item.error_code}"
        for item in evidence.items
        if item.state in FINAL
        and item.error_code
        not in (
            CODES.get(kind_of(item.name), ErrorCode.WORKER_CRASHED),
            *OTHERS.get(kind_of(item.name), ()),
        )
    ]


def check_counters(evidence: Evidence) -> list[str]:
    """I5: the counts of a chunk match its rows."""
    return [
        f"I5: chunk {chunk.start}-{chunk.stop} counts {read_counts(chunk)}, has {counts}"
        for chunk in evidence.counted
        if (counts := count_rows(chunk, evidence)) != read_counts(chunk)
    ]


def read_counts(chunk: ChunkRow) -> tuple[int, ...]:
    ended = (chunk.done, chunk.failed, chunk.cancelled)
    return *ended, chunk.faces, chunk.without_faces, chunk.duplicates


def count_rows(chunk: ChunkRow, evidence: Evidence) -> tuple[int, ...]:
    items = evidence.items[chunk.start : chunk.stop]
    states = Counter(item.state for item in items)
    faces = sum(len(evidence.faces.get(item.id, [])) for item in items)
    without = sum(
        item.state == ItemState.DONE
        and item.id not in evidence.faces
        and not _counts_elsewhere(item, evidence)
        for item in items
    )
    duplicates = sum(item.duplicate_of is not None for item in items)
    return states["done"], states["failed"], states["cancelled"], faces, without, duplicates


def check_cells(evidence: Evidence) -> list[str]:
    """I5: cells are sums of faces, and of their mass."""
    rows: Counter[tuple[object, ...]] = Counter()
    for faces in evidence.faces.values():
        for face in faces:
            if not face.judged:
                continue
            rows[face.age, face.gender, "faces"] += 1
            rows[face.age, face.gender, "female"] += round(face.female * 1000)
            rows[face.age, face.gender, "width"] += face.age_high - face.age_low
    cells: Counter[tuple[object, ...]] = Counter()
    counted = (cell for cell in evidence.cells if cell.unit in FACES)
    for cell in counted:
        cells[cell.age, cell.gender, "faces"] += cell.faces
        cells[cell.age, cell.gender, "female"] += cell.female_milli
        cells[cell.age, cell.gender, "width"] += cell.width_years
    # An empty sum is stored as zero, or not at all.
    rows, cells = +rows, +cells
    return [] if rows == cells else [f"I5: cells are off by {rows - cells} and {cells - rows}"]


def check_tiles(evidence: Evidence) -> list[str]:
    """I6: the chunks cover the job once."""
    counted = evidence.counted
    bounds = [0, *(chunk.stop for chunk in counted)]
    starts = [chunk.start for chunk in counted]
    holds = starts == bounds[:-1] and bounds[-1] == len(evidence.names)
    return [] if holds and all(a < b for a, b in pairwise(bounds)) else [f"I6: {bounds}, {starts}"]


def check_end(evidence: Evidence) -> list[str]:
    """I7: nothing waits, and the job's final state follows from its items."""
    open_chunks = [
        f"I7: chunk {chunk.id} is {chunk.state}"
        for chunk in evidence.chunks
        if chunk.state in (ChunkState.WAITING, ChunkState.LEASED)
    ]
    state = evidence.job.state
    wanted = _judge(evidence.items)
    return open_chunks + ([] if state == wanted else [f"I7: the job is {state}, not {wanted}"])


def _judge(items: Sequence[ItemRow]) -> JobState:
    # A cancellation changes nothing if there is nothing left to cancel.
    if any(item.state == ItemState.CANCELLED for item in items):
        return JobState.CANCELLED
    failed = sum(item.state == ItemState.FAILED for item in items)
    if failed == 0:
        return JobState.COMPLETED
    return JobState.FAILED if failed == len(items) else JobState.COMPLETED_WITH_ERRORS


CHECKS: tuple[Callable[[Evidence], list[str]], ...] = (
    check_items,
    check_commits,
    check_faces,
    check_dropped,
    check_duplicates,
    check_failures,
    check_counters,
    check_cells,
    check_tiles,
    check_end,
)
