"""Lists folders and buckets whose files become the items of jobs, beside the dispatcher's turns.

Several processes may; which page is added is decided in SQL.
"""

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.item_values import Failure, NewItem, clean_name
from db.states import ErrorCode
from db.submissions.listings import (
    Listing,
    claim_listing,
    finish_listing,
    pause_listing,
    postpone_listing,
    record_page,
)
from db.submissions.quotas import QuotaExceeded
from models.errors import FetchFailed, ItemError
from models.file_kinds.endings import MEDIA_ENDINGS
from models.file_kinds.litter import Litter, find_litter
from models.folder_names import FolderNames
from worker.addresses.folder_address import FolderAddress
from worker.outages import OutageLog
from worker.sources.folders import Folders, FoundFile

logger = logging.getLogger(__name__)

TURN_SECONDS = 0.5
RETRY_SECONDS = 10.0
# After five minutes of a server that does not answer, a person is asked.
MOST_FAILURES = 30


class Listings:
    """Takes one listing after the other, each to its end."""

    def __init__(
        self,
        database: Database,
        folders: Folders,
        chunk_items: int,
        outages: OutageLog | None = None,
    ) -> None:
        self._database = database
        self._outages = outages or OutageLog("database")
        self._folders = folders
        self._chunk_items = chunk_items

    def run(self, stopped: threading.Event) -> None:
        """Work until `stopped`; while the database is unavailable, keep trying."""
        while not stopped.wait(TURN_SECONDS):
            try:
                while not stopped.is_set() and self.take_turn(stopped):
                    pass
            except DBAPIError as error:
                self._outages.note_refusal(error)
            except Exception:
                logger.exception("a listing failed")

    def take_turn(self, stopped: threading.Event | None = None) -> bool:
        """List one folder to its end, or until `stopped`; False where there is none to list."""
        with self._database.write() as session:
            listing = claim_listing(session)
        if listing is None:
            return False
        self._list(listing, stopped or threading.Event())
        return True

    def _list(self, listing: Listing, stopped: threading.Event) -> None:
        try:
            sorter = _Sorter(FolderAddress.parse(listing.uri), listing)
            for page in self._folders.list_pages(sorter.address, listing.after):
                if stopped.is_set():
                    self._postpone(listing, 0.0)
                    return
                if not self._record(listing, sorter, page):
                    return
                listing = replace(listing, after=page[-1].name)
            self._finish(listing)
        except FetchFailed as error:
            logger.warning("not listed", extra={"job_id": listing.job_id, "error": str(error)})
            if self._postpone(listing, RETRY_SECONDS) >= MOST_FAILURES:
                self._pause(listing, str(error))
        except (ItemError, QuotaExceeded) as error:
            self._pause(listing, str(error))

    def _record(self, listing: Listing, sorter: "_Sorter", page: Sequence[FoundFile]) -> bool:
        items, skipped = sorter.sort(page)
        with self._database.write() as session:
            return record_page(session, listing, items, skipped, page[-1].name)

    def _finish(self, listing: Listing) -> None:
        with self._database.write() as session:
            is_started = finish_listing(session, listing, self._chunk_items)
        if is_started:
            logger.info("folder listed", extra={"job_id": listing.job_id})
            return
        self._pause(
            listing,
            f"No pictures or videos are at {listing.uri}. Check the address, and cancel the job; "
            "or resume it once they are there.",
        )

    def _postpone(self, listing: Listing, seconds: float) -> int:
        with self._database.write() as session:
            return postpone_listing(session, listing, seconds)

    def _pause(self, listing: Listing, message: str) -> None:
        with suppress(DBAPIError), self._database.write() as session:
            pause_listing(session, listing, message)


class _Sorter:
    """Tells which files are items, and which are left out."""

    def __init__(self, address: FolderAddress, listing: Listing) -> None:
        written = listing.options.folders_as
        self.address = address
        self._dimensions = dict(listing.dimensions)
        self._folders = None if written is None else FolderNames.parse(written)

    def sort(self, page: Sequence[FoundFile]) -> tuple[list[NewItem], dict[str, int]]:
        items: list[NewItem] = []
        skipped: Counter[str] = Counter()
        for file in page:
            # A name that ends with a slash is what consoles make of a folder.
            if file.name.endswith("/") or not self.address.matches(file.name):
                continue
            litter = self._find_litter(file.name)
            if litter is None:
                items.append(self._make_item(file))
            else:
                skipped[litter.value] += 1
        return items, dict(skipped)

    def _find_litter(self, name: str) -> Litter | None:
        parts = name.split("/")
        if litter := find_litter(parts):
            return litter
        if any(part.startswith(".") for part in parts):
            return Litter.GENERATED
        is_media = self.address.names_ending or name.lower().endswith(MEDIA_ENDINGS)
        return None if is_media else Litter.OTHER

    def _make_item(self, file: FoundFile) -> NewItem:
        name, given = clean_name(file.name), self._dimensions
        if self._folders is None:
            return NewItem(name, file.uri, dimensions=given)
        try:
            return NewItem(name, file.uri, dimensions=self._folders.add_to(given, name))
        except ValueError as error:
            # One stray file does not hold up a million others.
            failure = Failure(ErrorCode.UNSUPPORTED, f"{error}.")
            return NewItem(name, "", dimensions=given, error=failure)
