"""Celery as production starts it: `python -m tests.faults.cluster.celery_program --app
tests.faults.cluster.worker_app worker`. Spawned pool children import this module again, and so the
application.
"""

from celery.__main__ import main

import tests.faults.cluster.worker_app  # noqa: F401

if __name__ == "__main__":
    main()
