"""What a caller asks for by a number belongs to a tenant; for others it does not exist."""

from collections.abc import Callable, Mapping

from flask import abort
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from db.access.keys import read_tenant_of_key
from db.engine import Database
from db.jobs.owners import read_tenant_of_item, read_tenant_of_job
from db.playlists.playlists import read_tenant_of_playlist
from db.webhooks.messages import read_tenant_of_message
from db.webhooks.webhooks import read_tenant_of_webhook

# Of each kind; a number is some hundred bytes.
MOST_KEPT = 20_000
LARGEST_NUMBER = 2**63 - 1
Read = Callable[[Session, int], str | None]
# The parts of addresses that are numbers of something: what it is called, and who reads its tenant.
NUMBERED: Mapping[str, tuple[str, Read]] = {
    "job_id": ("job", read_tenant_of_job),
    "other_id": ("job", read_tenant_of_job),
    "item_id": ("item", read_tenant_of_item),
    "key_id": ("key", read_tenant_of_key),
    "playlist_id": ("playlist", read_tenant_of_playlist),
    "webhook_id": ("webhook", read_tenant_of_webhook),
    "message_id": ("message", read_tenant_of_message),
}
# Those that are no numbers of something, or only within something else.
UNNUMBERED = frozenset({"action", "digest", "name", "track"})


class Owners:
    """The tenant of what has a number. It never changes, and no number is used again, so each is
    read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tenants: dict[tuple[Read, int], str] = {}

    def find(self, read: Read, number: int) -> str | None:
        if (known := self._tenants.get((read, number))) is not None:
            return known
        with self._database.read() as session:
            tenant = read(session, number)
        if len(self._tenants) >= MOST_KEPT:
            self._tenants.clear()
        if tenant is not None:
            self._tenants[read, number] = tenant
        return tenant

    def is_within_reach(self, job_id: int) -> bool:
        """Whether the caller may know of this job."""
        reach = current_caller().reach
        if reach.tenant is None:
            return True
        tenant = self.find(read_tenant_of_job, job_id)
        return tenant is not None and reach.includes(tenant)

    def check(self, parts: Mapping[str, object]) -> None:
        """End the request with 404 where its address names what is not the caller's, or does not
        exist; the two cannot be told apart."""
        reach = current_caller().reach
        for part, number in parts.items() if reach.tenant is not None else ():
            if part in NUMBERED and isinstance(number, int) and 0 <= number <= LARGEST_NUMBER:
                noun, read = NUMBERED[part]
                tenant = self.find(read, number)
                if tenant is None or not reach.includes(tenant):
                    abort(404, f"There is no {noun} {number}.")
