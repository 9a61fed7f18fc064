"""How a worker is started: Celery's program, its arguments, and its environment."""

import sys
from collections.abc import Mapping

# Several threads allocate pictures of all sizes. With one arena, and large blocks returned at once,
# the memory of a worker stayed within 4% over 2,000 pictures; with glibc's defaults within 11%.
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}
# The threads of NumPy's matrix products wait actively for the next one: after each batch of faces
# they took 16 ms of a core that other pool children need.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
# Both are read when a process starts, so that none can set them for itself.
ENVIRON: Mapping[str, str] = {**MALLOC, **ONE_THREAD}


def write_command(queue: str, slots: int, number: int) -> tuple[str, ...]:
    """The command line of a worker with `slots` pool children; `number` tells it from others of
    the same queue and machine."""
    # -P: no file of the current folder may take the place of one of our modules.
    program = (sys.executable, "-P", "-m", "cli.stack.celery_worker", "--app", "worker.entry")
    pool = ("--quiet", "worker", "--queues", queue, "--concurrency", str(slots))
    name = ("--hostname", f"{queue}-{number}@%h")
    return *program, *pool, *name, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"
