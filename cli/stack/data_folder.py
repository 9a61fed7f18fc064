"""The data folder of a stack: used by one stack at a time, which records what it starts."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from shutil import disk_usage, rmtree

from cli.exits import CommandFailed

LOCK = "lock"
RECORD = "stack.json"
SCRATCH_PREFIX = "facetally-stack-"
# The path of a socket, here in the scratch folder, has at most 107 bytes on Linux, 103 elsewhere.
LONGEST_TEMPORARY_BYTES = 60
# More than the results of a chunk with its thumbnails.
LEAST_FREE_BYTES = 2 << 20


@dataclass(frozen=True, slots=True)
class StartedProcess:
    """A process; its start time distinguishes it from a later one with the same pid."""

    pid: int
    created: float


@dataclass(frozen=True, slots=True)
class StackRecord:
    """What a stack leaves behind if it is killed."""

    scratch: str
    processes: tuple[StartedProcess, ...] = ()


class DataFolder:
    """The folder of the database, the uploads, and the record of what runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the folder until this process ends; CommandFailed if another has the lock."""
        # Pictures of people are private.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandFailed(
                    f"Another Facetally is running in {self.path}: wait until it ends, submit to "
                    "it with `facetally submit`, or choose another folder (--out or --data-dir)."
                ) from error
            yield

    def require_room(self) -> None:
        """CommandFailed if its disk is nearly full: nothing more could be recorded."""
        if disk_usage(self.path).free < LEAST_FREE_BYTES:
            raise CommandFailed(
                f"The disk of {self.path} is full. Free some space and run the same command again; "
                "recorded results are kept."
            )

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder with a short path for sockets and links, deleted at the end."""
        parent = tempfile.gettempdir()
        if len(os.fsencode(parent)) > LONGEST_TEMPORARY_BYTES:
            parent = "/tmp"
        path = Path(parent, SCRATCH_PREFIX + token_hex(6))
        # Recorded before it is created, so that it is found again if this process is killed.
        self.write_record(StackRecord(str(path)))
        try:
            path.mkdir(mode=0o700)
            yield path
        finally:
            rmtree(path, ignore_errors=True)
            (self.path / RECORD).unlink(missing_ok=True)

    def write_record(self, record: StackRecord) -> None:
        part = self.path / f"{RECORD}.part"
        part.write_text(json.dumps(asdict(record)))
        part.replace(self.path / RECORD)

    def read_record(self) -> StackRecord | None:
        """What the last stack left behind if it was killed."""
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            fields = json.loads((self.path / RECORD).read_text())
            processes = tuple(StartedProcess(**process) for process in fields["processes"])
            return StackRecord(str(fields["scratch"]), processes)
        return None
