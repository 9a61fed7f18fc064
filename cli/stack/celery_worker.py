"""Celery's worker: `python -m cli.stack.celery_worker --app worker.app worker`."""

from celery.__main__ import main

# Imported before `main` puts the current folder, where anything may be called so, on the path.
import worker.app  # noqa: F401

if __name__ == "__main__":
    main()
