"""Jobs whose items have the same bytes, or look alike."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from db.engine import Database
from db.item_values import NewItem, StoredItem
from db.job_values import Duplicates, JobOptions, NewJob
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.submissions.drafts import accept_job
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from tests.support.work.jobs import (
    make_face,
)

FACES = (make_face(years=30), make_face(years=50))


def submit(
    database: Database, wanted: Duplicates, names: Sequence[str], chunk_items: int = 1
) -> int:
    """A job of items whose bytes follow from the first letter of their names."""
    job = NewJob(options=JobOptions(duplicates=wanted))
    items = [NewItem(name, f"file:///{name}") for name in names]
    with database.write() as session:
        return accept_job(session, job, items, chunk_items)


def read(database: Database, job_id: int) -> dict[str, StoredItem]:
    with database.read() as session:
        items = read_results(session, job_id, ResultFilter(), after=-1, limit=100)
    return {item.name: item for item in items}


def count_cells(database: Database) -> int:
    """How many faces count; the cells are what the faces add up to."""
    with database.read() as session:
        cells = session.execute(select(func.coalesce(func.sum(CellRow.faces), 0))).scalar_one()
        faces = select(FaceRow.age, FaceRow.gender)
        recounted = Counter((age, gender) for age, gender in session.execute(faces))
        rows = session.execute(select(CellRow.age, CellRow.gender, CellRow.faces))
        assert {(age, gender): count for age, gender, count in rows} == recounted
    return cells
