"""Analyzes pictures with a stack of its own, and leaves nothing behind."""

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
from db.item_values import StoredItem
from db.jobs.status import read_chosen_jobs
from db.pack_values import PackVersion
from db.results.filters import ResultFilter
from db.results.reading import read_results
from facetally import Item, Submission

ITEMS_PER_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Analyzed:
    """What was found in each picture, and the pack that analyzed them all."""

    items: dict[Path, StoredItem]
    pack: PackVersion


def analyze_pictures(paths: Sequence[Path], pack: str | None) -> Analyzed:
    """Without a name of a pack, that of the environment is used; the paths are distinct."""
    with tempfile.TemporaryDirectory(prefix="facetally-evaluate-") as folder:
        api_key = token_urlsafe(24)
        settings = make_own_settings(Path(folder) / "data", api_key, pack)
        options = StackOptions(
            settings, interactive=False, logs_in_files=True, early_exits_allowed=EARLY_EXITS_ALLOWED
        )
        with run_stack(options) as stack, open_client(stack.url, api_key) as client:
            items = (Item(path.as_uri(), path.name) for path in paths)
            job = client.submit_items(items, Submission())
            watch_job(job, stack.check)
        with closing(Database(settings.database_url)) as database, database.read() as session:
            found = zip(paths, _read_items(session, job.id), strict=True)
            return Analyzed(dict(found), _read_pack(session, job.id))


def _read_items(session: Session, job_id: int) -> Iterator[StoredItem]:
    after = -1
    while page := read_results(session, job_id, ResultFilter(), after=after, limit=ITEMS_PER_PAGE):
        yield from page
        after = page[-1].position


def _read_pack(session: Session, job_id: int) -> PackVersion:
    [job] = read_chosen_jobs(session, [job_id])
    return job.packs[-1]
