"""Analyzes labeled pictures with a stack of its own, and leaves nothing behind."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from sqlalchemy.orm import Session

from cli.output.progress import watch_job
from cli.server import open_client
from cli.stack.own import EARLY_EXITS_ALLOWED, make_own_settings
from cli.stack.stack import StackOptions, run_stack
from db.engine import Database
from db.item_values import StoredFace, StoredItem
from db.jobs.status import read_chosen_jobs
from db.pack_values import PackVersion
from db.results.filters import ResultFilter
from db.results.reading import read_results
from facetally import Item, Submission
from models.labels import LabelRow
from models.prominence import find_most_prominent
from models.statistics.labeled_pictures import LabeledPicture

ITEMS_PER_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Analyzed:
    """The item of each row, in order, and the pack that analyzed them all."""

    items: list[StoredItem]
    pack: PackVersion


def analyze_rows(rows: Sequence[LabelRow], pack: str | None) -> Analyzed:
    """Every row has a path; without a name of a pack, that of the environment is used."""
    with tempfile.TemporaryDirectory(prefix="facetally-evaluate-") as folder:
        api_key = token_urlsafe(24)
        settings = make_own_settings(Path(folder) / "data", api_key, pack)
        options = StackOptions(
            settings, interactive=False, logs_in_files=True, early_exits_allowed=EARLY_EXITS_ALLOWED
        )
        with run_stack(options) as stack, open_client(stack.url, api_key) as client:
            job = client.submit_items((_make_item(row) for row in rows), Submission())
            watch_job(job, stack.check)
        with closing(Database(settings.database_url)) as database, database.read() as session:
            return Analyzed(list(_read_items(session, job.id)), _read_pack(session, job.id))


def _make_item(row: LabelRow) -> Item:
    if row.path is None:
        raise ValueError(f"line {row.line} does not name a picture")
    return Item(row.path.as_uri(), row.path.name)


def _read_items(session: Session, job_id: int) -> Iterator[StoredItem]:
    after = -1
    while page := read_results(session, job_id, ResultFilter(), after=after, limit=ITEMS_PER_PAGE):
        yield from page
        after = page[-1].position


def _read_pack(session: Session, job_id: int) -> PackVersion:
    [job] = read_chosen_jobs(session, [job_id])
    return job.packs[-1]


def match_row(row: LabelRow, item: StoredItem) -> LabeledPicture:
    """The labels of a row with the face of its picture that they belong to."""
    face = _find_most_prominent(item)
    return LabeledPicture(
        subject=row.subject,
        true_age=row.age_years,
        true_gender=row.gender,
        face=face.face if face else None,
        gender=face.gender if face else "unknown",
    )


def _find_most_prominent(item: StoredItem) -> StoredFace | None:
    boxes = (stored.face.box for stored in item.faces)
    found = find_most_prominent(boxes, item.width_pixels or 1, item.height_pixels or 1)
    return None if found is None else item.faces[found]
