"""Pictures of a job that look alike: which one was recorded first."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.engine import is_postgresql
from db.item_values import ItemResult
from db.tables.items import LookRow
from models.pictures.look import MOST_DIFFERENT_BITS, count_different_bits, cut_into_bands

# Of many pictures with a band in common, such as black ones, at most this many are compared.
MOST_CANDIDATES = 10_000


class KnownLooks:
    """The looks of a job that were recorded, of those that may be like some others."""

    def __init__(self) -> None:
        self._by_band: dict[tuple[int, int], list[tuple[int, bytes]]] = defaultdict(list)

    def add(self, band: int, value: int, item_id: int, look: bytes) -> None:
        self._by_band[band, value].append((item_id, look))

    def find(self, look: bytes) -> int | None:
        """The item that looks most alike, if one does."""
        found = (
            (count_different_bits(look, other), item_id)
            for key in enumerate(cut_into_bands(look))
            for item_id, other in self._by_band.get(key, ())
        )
        different, item_id = min(found, default=(MOST_DIFFERENT_BITS + 1, 0))
        return item_id if different <= MOST_DIFFERENT_BITS else None


def find_similar(session: Session, job_id: int, results: Sequence[ItemResult]) -> dict[int, int]:
    """By item, the one that was recorded first and looks like it; the others are entered.

    Until the transaction ends, no other one enters looks of the job: of two pictures that look
    alike, one is the first.
    """
    looks = {result.item.id: result.look for result in results if result.look is not None}
    if not looks:
        return {}
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"looks {job_id}"))))
    known, first, rows = _read_known(session, job_id, list(looks.values())), {}, []
    for item_id, look in looks.items():
        owner = known.find(look)
        if owner is not None:
            first[item_id] = owner
            continue
        for band, value in enumerate(cut_into_bands(look)):
            known.add(band, value, item_id, look)
            row = {"job_id": job_id, "band": band, "value": value}
            rows.append({**row, "item_id": item_id, "look": look})
    if rows:
        insert_rows(session, LookRow, rows)
    return first


def _read_known(session: Session, job_id: int, looks: Sequence[bytes]) -> KnownLooks:
    known = KnownLooks()
    for some in _in_groups(looks):
        bands = zip(*map(cut_into_bands, some), strict=True)
        alike = [
            and_(LookRow.band == band, LookRow.value.in_(set(values)))
            for band, values in enumerate(bands)
        ]
        query = (
            select(LookRow.band, LookRow.value, LookRow.item_id, LookRow.look)
            .where(LookRow.job_id == job_id, or_(*alike))
            .order_by(LookRow.item_id)
            .limit(MOST_CANDIDATES)
        )
        for row in session.execute(query):
            known.add(*row)
    return known


def _in_groups(looks: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Statements have a limited number of values."""
    for first in range(0, len(looks), 64):
        yield looks[first : first + 64]
