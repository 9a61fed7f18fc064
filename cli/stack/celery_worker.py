"""Celery's worker: `python -m cli.stack.celery_worker --app worker.entry worker`."""

from celery.__main__ import main

# Imported before `main` puts the current folder, where anything may be called so, on the path.
import worker.entry  # noqa: F401

if __name__ == "__main__":
    main()
