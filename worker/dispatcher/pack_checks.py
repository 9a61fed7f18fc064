"""The dispatcher's care for jobs whose pack no worker has."""

import logging
from collections.abc import Collection
from time import monotonic

from db.engine import Database
from db.jobs.missing_packs import (
    NeededPack,
    continue_with_pack,
    pause_without_pack,
    read_paused_needs,
    read_waiting_needs,
    read_worker_packs,
)
from db.pack_values import PackVersion

logger = logging.getLogger(__name__)

CHECK_SECONDS = 3.0
# A worker that restarts is back within this time.
PATIENCE_SECONDS = 30.0


class PackChecks:
    """Pauses jobs whose pack no live worker has had for a while, and continues them once one has
    it. Without any live worker, jobs wait for one as they always do."""

    def __init__(self, database: Database, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._database = database
        self._patience_seconds = patience_seconds
        # Since when no worker has what a job needs.
        self._lacking: dict[NeededPack, float] = {}

    def run(self) -> None:
        with self._database.read() as session:
            packs = read_worker_packs(session)
            waiting, paused = read_waiting_needs(session), read_paused_needs(session)
        if packs is None:
            self._lacking.clear()
            return
        self._pause([one for one in waiting if not one.is_among(packs)], packs)
        self._continue([one for one in paused if one.is_among(packs)])

    def _pause(self, lacking: Collection[NeededPack], packs: Collection[PackVersion]) -> None:
        now = monotonic()
        self._lacking = {one: self._lacking.get(one, now) for one in lacking}
        for needed, since in self._lacking.items():
            if now - since < self._patience_seconds:
                continue
            with self._database.write() as session:
                if pause_without_pack(session, needed, packs):
                    logger.warning("job paused without its pack", extra={"job_id": needed.job_id})

    def _continue(self, ready: Collection[NeededPack]) -> None:
        for needed in ready:
            with self._database.write() as session:
                if continue_with_pack(session, needed):
                    logger.info("job continues with its pack", extra={"job_id": needed.job_id})
