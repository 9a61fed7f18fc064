"""A stack's data folder: for one stack at a time, which notes there what it has started."""

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
# The path of a socket in the scratch folder may have 107 bytes on Linux, 103 elsewhere.
LONGEST_TEMPORARY_BYTES = 60
# A chunk of results, with its thumbnails, takes less.
LEAST_FREE_BYTES = 2 << 20


@dataclass(frozen=True, slots=True)
class StartedProcess:
    """A process, told from a later one of the same number by when it was made."""

    pid: int
    created: float


@dataclass(frozen=True, slots=True)
class StackRecord:
    """What a stack leaves behind if it is killed."""

    scratch: str
    processes: tuple[StartedProcess, ...] = ()


class DataFolder:
    """The folder of the database, the uploads, and the notes on what runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder; CommandFailed where another process does. Its end frees the folder."""
        # Pictures of people: nobody else's business.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandFailed(
                    f"Another Facetally is at work in {self.path}: wait for its end, submit to it "
                    "with `facetally submit`, or choose another folder (--out or --data-dir)."
                ) from error
            yield

    def require_room(self) -> None:
        """CommandFailed where its disk is all but full: nothing could be recorded any more."""
        if disk_usage(self.path).free < LEAST_FREE_BYTES:
            raise CommandFailed(
                f"The disk of {self.path} is full: make room, and give the same command again; "
                "nothing that was recorded is lost."
            )

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A short, private folder for sockets and links, gone at the end."""
        parent = tempfile.gettempdir()
        if len(os.fsencode(parent)) > LONGEST_TEMPORARY_BYTES:
            parent = "/tmp"
        path = Path(parent, SCRATCH_PREFIX + token_hex(6))
        # Noted before it is made: it is found again, whenever this process is killed.
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
        """What the last stack left behind, if it was killed."""
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            fields = json.loads((self.path / RECORD).read_text())
            processes = tuple(StartedProcess(**process) for process in fields["processes"])
            return StackRecord(str(fields["scratch"]), processes)
        return None
