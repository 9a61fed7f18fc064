"""Ends what a killed stack left running; on Linux the kernel has already done so."""

import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import psutil

from cli.stack.child import kill_group
from cli.stack.data_folder import SCRATCH_PREFIX, DataFolder, StackRecord, StartedProcess

# Clocks are adjusted; two processes with the same pid start further apart than this.
SAME_SECONDS = 2.0
GONE_SECONDS = 5.0


def note_processes(folder: DataFolder, scratch: Path, pids: Iterable[int]) -> None:
    """Record how to recognize them, without those that have already ended."""
    noted = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            noted.append(StartedProcess(pid, psutil.Process(pid).create_time()))
    folder.write_record(StackRecord(str(scratch), tuple(noted)))


def end_orphans(folder: DataFolder) -> None:
    """End what the last stack of this folder left running; the caller has the folder's lock."""
    record = folder.read_record()
    if record is None:
        return
    families = [_find_family(process) for process in record.processes]
    for process, family in zip(record.processes, families, strict=True):
        if family is None:
            continue
        kill_group(process.pid)
        for member in family:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                member.kill()
    psutil.wait_procs([one for family in families for one in family or ()], GONE_SECONDS)
    _remove_scratch(record)


def _find_family(started: StartedProcess) -> list[psutil.Process] | None:
    """It and its descendants: empty if it is gone, None if another process has its pid."""
    try:
        process = psutil.Process(started.pid)
        if abs(process.create_time() - started.created) > SAME_SECONDS:
            return None
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _remove_scratch(record: StackRecord) -> None:
    """Only a folder with our prefix: any program could have written the record."""
    path = Path(record.scratch)
    with suppress(OSError):
        if path.name.startswith(SCRATCH_PREFIX) and stat.S_ISDIR(path.lstat().st_mode):
            rmtree(path, ignore_errors=True)
