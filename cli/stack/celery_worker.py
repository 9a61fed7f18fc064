"""Celery's worker: `python -m cli.stack.celery_worker --app worker.entry worker`."""

import atexit
import gc

from celery.__main__ import main

from cli.imports import import_quickly

# Imported before `main` puts the current folder on the path, where anything may have this name.
# Spawned pool children, which import this module again, find the application here, too.
import_quickly("worker.entry")

if __name__ == "__main__":
    # As in cli/main.py.
    atexit.register(gc.freeze)
    main()
