"""Jobs of made-up items, whose analysis takes no pixels, and how long they took."""

from collections.abc import Iterator

from sqlalchemy import select

from db.engine import Database
from db.tables.chunks import ChunkRow
from facetally import Client, Draft, Options, Submission

ITEMS_PER_REQUEST = 10_000


def submit_items(client: Client, items: int) -> Draft:
    """A draft of a job with that many items, not finalized."""
    draft = client.open_draft(Submission(options=Options(thumbnails="none")))
    for first in range(0, items, ITEMS_PER_REQUEST):
        draft.append(list(_lines(first, min(items, first + ITEMS_PER_REQUEST))))
    return draft


def _lines(first: int, stop: int) -> Iterator[bytes]:
    """NDJSON written by hand, since the cost of making it is not measured."""
    for number in range(first, stop):
        name = f"camera-{number % 16}/{number:09}.jpg"
        dimensions = f'{{"store": "{("Lyon", "Paris", "Nice")[number % 3]}"}}'
        yield (
            f'{{"uri": "file:///data/{name}", "name": "{name}", "dimensions": {dimensions}}}'
        ).encode()


def read_steady_seconds(database_url: str, job_id: int) -> float:
    """From the first recorded chunk to the last, scaled to all chunks."""
    database = Database(database_url)
    query = select(ChunkRow.finished_at).where(
        ChunkRow.job_id == job_id, ChunkRow.finished_at.is_not(None)
    )
    with database.read() as session:
        ends = [end for end in session.scalars(query) if end is not None]
    database.close()
    # The clock starts when the first chunk ends.
    return (max(ends) - min(ends)).total_seconds() * len(ends) / (len(ends) - 1)
