"""Celery as production starts it: `python -m tests.faults.celery_program --app
tests.faults.worker_app worker`. Spawned pool children import this module again, and so the
application.
"""

from celery.__main__ import main

import tests.faults.worker_app  # noqa: F401

if __name__ == "__main__":
    main()
