"""Items in buckets: S3, Google Cloud Storage and Azure, through fsspec's drivers, which find
credentials where each store's own tools do."""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import fsspec
from fsspec.asyn import AsyncFileSystem, sync
from fsspec.exceptions import FSTimeoutError

from models.errors import (
    FetchFailed,
    ForbiddenItem,
    ItemError,
    MissingItem,
    UnsupportedItem,
)
from worker.addresses.address import Address, AllowList
from worker.sources.deadline import Deadline
from worker.sources.walking import Entry

logger = logging.getLogger(__name__)

# Most pictures are smaller, and so take a single request.
RANGE_BYTES = 8 << 20
EXTRAS = {"s3": "s3", "gs": "gcs", "az": "azure"}


class Buckets:
    """Reads from buckets; a driver is opened when it is first needed, once per process."""

    def __init__(
        self,
        allowed: AllowList,
        open_driver: Callable[[str], AsyncFileSystem] = fsspec.filesystem,
    ) -> None:
        self._allowed = allowed
        self._open_driver = open_driver
        self._drivers: dict[str, AsyncFileSystem] = {}
        self._opening = Lock()

    def read(self, uri: str, deadline: Deadline) -> Generator[bytes, None, None]:
        """The file in blocks; raises an ItemError if it may not or cannot be read."""
        # Before anything is opened: the operator's credentials are for listed buckets only.
        address = self._allowed.permit(uri).address
        path = address.host + address.path
        with _explained(address.origin, deadline):
            driver = self._open(address.scheme)
            start = 0
            while block := _read_block(driver, path, start, deadline):
                yield block
                start += len(block)
                if len(block) < RANGE_BYTES:
                    return

    def list_keys(
        self, bucket: str, prefix: str, after: str | None, limit: int, deadline: Deadline
    ) -> list[tuple[str, str]]:
        """The next keys of a bucket of S3, sorted, with their versions; raises an ItemError.
        Whether they may be listed, the caller has asked."""
        with _explained(f"s3://{bucket}", deadline):
            driver: Any = self._open("s3")
            wanted = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": limit}
            if after is not None:
                wanted["StartAfter"] = after
            answer = _call(driver, driver._call_s3, deadline, "list_objects_v2", **wanted)
            return [(entry["Key"], entry["ETag"]) for entry in answer.get("Contents", ())]

    def read_folder(self, scheme: str, path: str, deadline: Deadline) -> list[Entry]:
        """What is in a folder of any bucket, in any order; raises an ItemError. Whether it may be
        listed, the caller has asked."""
        bucket = path.partition("/")[0]
        with _explained(f"{scheme}://{bucket}", deadline):
            driver = self._open(scheme)
            # It would keep what was there before.
            driver.invalidate_cache()
            listed = _call(driver, driver._ls, deadline, path, detail=True)
        names = ((one["name"].strip("/").removeprefix(path).strip("/"), one) for one in listed)
        return [
            Entry(name.encode(), one["type"] == "directory", _version_of(one))
            # A folder may be listed in itself: some consoles store an empty file in its place.
            for name, one in names
            if name
        ]

    def write(self, folder: Address, name: str, file: Path, deadline: Deadline) -> None:
        """Have a file in a part of a bucket, whole or not at all; raises what its driver raises.
        Whether it may be written, the caller has asked."""
        driver = self._open(folder.scheme)
        target = f"{folder.host}{folder.path}/{name}"
        # Azure's driver refuses to replace a file unless told so; the others have no such word.
        words = {"overwrite": True} if folder.scheme == "az" else {}
        _call(driver, driver._put_file, deadline, str(file), target, **words)

    def _open(self, scheme: str) -> AsyncFileSystem:
        with self._opening:
            if scheme not in self._drivers:
                self._drivers[scheme] = self._load(scheme)
            return self._drivers[scheme]

    def _load(self, scheme: str) -> AsyncFileSystem:
        try:
            return self._open_driver(scheme)
        except ImportError as error:
            logger.warning("a driver is missing", extra={"scheme": scheme, "error": str(error)})
            raise UnsupportedItem(
                f"This installation cannot read {scheme}:// addresses: upload the file, or ask the "
                f"operator for pip install 'facetally[{EXTRAS[scheme]}]' on its workers and API."
            ) from error


def _version_of(entry: Mapping[str, object]) -> str:
    """What a driver tells of a file that changes with its bytes: each calls it differently."""
    said = [entry.get(word) for word in ("etag", "ETag", "generation", "last_modified", "mtime")]
    return " ".join(str(one) for one in (entry.get("size"), *said) if one is not None)


def _read_block(driver: AsyncFileSystem, path: str, start: int, deadline: Deadline) -> bytes:
    """Empty at the end of the file."""
    try:
        block = _call(
            driver, driver._cat_file, deadline, path, start=start, end=start + RANGE_BYTES
        )
    except (FileNotFoundError, PermissionError, FSTimeoutError):
        raise
    except Exception:
        # Stores refuse to read past the end of a file, and so an empty one.
        if _call(driver, driver._info, deadline, path)["size"] > start:
            raise
        return b""
    return bytes(block)


def _call(
    driver: AsyncFileSystem,
    function: Callable[..., Any],
    deadline: Deadline,
    *args: Any,
    **named: Any,
) -> Any:
    # As the driver's own methods do, but with a limit that includes the driver's retries.
    return sync(driver.loop, function, *args, timeout=deadline.left(), **named)


@contextmanager
def _explained(origin: str, deadline: Deadline) -> Iterator[None]:
    """Turn the errors of the drivers into ItemErrors."""
    try:
        yield
    except ItemError:
        raise
    except FileNotFoundError as error:
        raise MissingItem(f"{origin} has no such file. Check the address.") from error
    except FSTimeoutError as error:
        raise deadline.missed() from error
    except Exception as error:
        logger.warning("a bucket was not read", extra={"bucket": origin}, exc_info=True)
        if _is_refusal(error):
            raise ForbiddenItem(
                f"{origin} refuses the credentials of this installation, or has no such file; "
                "check the address, or ask the operator for access."
            ) from error
        raise FetchFailed(
            f"{origin} could not be read ({type(error).__name__}). Retry the item later, or ask "
            "the operator to read the worker's log."
        ) from error


def _is_refusal(error: Exception) -> bool:
    """Only S3's driver has an exception of its own for a refusal."""
    status = getattr(error, "status_code", getattr(error, "code", None))
    is_named = isinstance(error, PermissionError) or str(error).startswith("Forbidden")
    return is_named or status in (401, 403)
