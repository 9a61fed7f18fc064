"""Files are written to a destination: whole or not at all, in place of any of the same name."""

import logging
import os
import shutil
from pathlib import Path

from models.errors import UnsupportedItem
from worker.addresses.address import AllowList
from worker.addresses.destinations import Destinations
from worker.sources.buckets import Buckets
from worker.sources.deadline import Deadline
from worker.sources.store import StorageUnavailable

logger = logging.getLogger(__name__)

WRITE_SECONDS = 300.0


class DestinationWriter:
    """Writes to what the operator allows; nothing connects before it is used."""

    def __init__(self, allowed: Destinations, buckets: Buckets | None = None) -> None:
        self._allowed = allowed
        self._buckets = buckets or Buckets(AllowList())

    def write(self, uri: str, name: str, file: Path) -> None:
        """Have the file there as `name`, which may begin with folders. Raises DestinationRefused or
        StorageUnavailable."""
        destination = self._allowed.permit(uri)
        try:
            if destination.folder is not None:
                _copy(file, destination.folder / name)
            elif destination.bucket is not None:
                self._buckets.write(destination.bucket, name, file, Deadline.after(WRITE_SECONDS))
        except UnsupportedItem as error:
            raise StorageUnavailable(str(error)) from error
        except Exception as error:
            # Drivers have errors of their own for whatever a store refuses.
            logger.warning("results were not written", extra={"destination": uri}, exc_info=True)
            raise StorageUnavailable(
                f"Results could not be written to {uri} ({type(error).__name__}: {error})."
            ) from error


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # One name for each target: what a killed process left is replaced.
    temporary = target.with_name(f".{target.name}.part")
    with file.open("rb") as source, temporary.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    temporary.replace(target)
