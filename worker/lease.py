"""A lease is renewed between pictures: a worker that hangs in a native call stops doing so."""

import logging
from time import monotonic

from sqlalchemy.exc import DBAPIError

from db.chunks.leases import LeaseStatus, renew_lease
from db.engine import Database
from db.item_values import ClaimedChunk
from models.errors import FacetallyError

logger = logging.getLogger(__name__)

RENEWALS_PER_LEASE = 6


class LeaseLost(FacetallyError):
    """The chunk is somebody else's by now: drop everything."""


class Renewal:
    """Renews the lease of one chunk when that is due."""

    def __init__(self, database: Database, chunk: ClaimedChunk, lease_seconds: float) -> None:
        self._database = database
        self._chunk = chunk
        self._lease_seconds = lease_seconds
        self._next = monotonic() + lease_seconds / RENEWALS_PER_LEASE

    def says_stop(self) -> bool:
        """Whether the job is being cancelled; raises LeaseLost where the chunk has moved on."""
        if monotonic() < self._next:
            return False
        self._next = monotonic() + self._lease_seconds / RENEWALS_PER_LEASE
        try:
            with self._database.write() as session:
                lease = renew_lease(session, self._chunk.id, self._chunk.token, self._lease_seconds)
        except DBAPIError:
            # Whether the chunk is still ours is asked again when it is recorded.
            logger.warning("lease could not be renewed", extra={"chunk_id": self._chunk.id})
            return False
        if lease is LeaseStatus.LOST:
            raise LeaseLost
        return lease is LeaseStatus.CANCELLING
