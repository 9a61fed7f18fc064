"""What a dispatcher removes: jobs that are erased or expired, and what nobody uses any more."""

import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from db.access.audit import prune_entries, record_entry
from db.access.audit_values import Action, NewEntry
from db.embeddings import discard_left_embeddings
from db.engine import Database
from db.jobs.erasure import (
    ErasedJob,
    erase_abandoned_drafts,
    erase_job,
    finish_erasure,
    read_jobs_to_erase,
    read_jobs_to_expire,
    remove_erased,
)
from db.jobs.owners import read_tenant_of_job
from db.reach import DEFAULT_TENANT
from db.submissions.loose_folders import forget_folder, take_abandoned_folders
from db.webhooks.messages import prune_messages
from worker.sources.store import Store

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 10.0


class Eraser:
    """Removes rows and uploads, a batch at a time."""

    def __init__(
        self,
        database: Database,
        store: Store,
        draft_seconds: float,
        audit_days: float,
        attempt: Callable[[Callable[[], object]], object],
    ) -> None:
        """`attempt` calls what may fail without stopping the rest."""
        self._database = database
        self._store = store
        self._draft_seconds = draft_seconds
        self._audit_days = audit_days
        self._attempt = attempt

    def expire(self) -> None:
        """Begin to erase the jobs whose time is over."""
        with self._database.read() as session:
            expired = read_jobs_to_expire(session)
        for job_id in expired:
            with self._database.write() as session:
                erase_job(session, job_id)
                record_entry(session, _describe_expiry(session, job_id))
            logger.info("job expired", extra={"job_id": job_id})

    def erase(self) -> None:
        """Remove one batch of each erased job, so that a large one delays no other."""
        with self._database.read() as session:
            erased = read_jobs_to_erase(session)
        for job in erased:
            # A store that fails to remove the files of one job must not keep those of another.
            self._attempt(partial(self._erase_some, job))

    def _erase_some(self, job: ErasedJob) -> None:
        with self._database.write() as session:
            if not remove_erased(session, job.id):
                return
        # The uploads are removed once all rows are gone.
        for folder in job.store_folders:
            self._store.remove_folder(folder)
        with self._database.write() as session:
            is_gone = finish_erasure(session, job.id)
        if is_gone:
            logger.info("job erased", extra={"job_id": job.id})

    def sweep(self) -> None:
        """Remove what was left behind: what requests stored whose API died before it accepted their
        jobs, drafts that nobody adds to, and old entries of the audit log."""
        with self._database.write() as session:
            abandoned = take_abandoned_folders(session)
            drafts = erase_abandoned_drafts(session, self._draft_seconds)
            prune_entries(session, self._audit_days)
            prune_messages(session)
            left = discard_left_embeddings(session)
        if left:
            logger.error("embeddings of ended jobs removed", extra={"jobs": left})
        for job_id in drafts:
            logger.info("abandoned draft erased", extra={"job_id": job_id})
        for folder in abandoned:
            self._attempt(partial(self._remove_abandoned, folder))

    def _remove_abandoned(self, folder: str) -> None:
        self._store.remove_folder(folder)
        with self._database.write() as session:
            forget_folder(session, folder)
        logger.warning("abandoned upload removed", extra={"folder": folder})


def _describe_expiry(session: Session, job_id: int) -> NewEntry:
    tenant = read_tenant_of_job(session, job_id) or DEFAULT_TENANT
    return NewEntry(tenant, "dispatcher", Action.EXPIRE, f"job {job_id}", "", "")
