"""The entry point of a worker: `celery --app worker.entry worker`, as `facetally worker` runs it.

Celery imports a module and takes its `app`, and a spawned pool child imports it again: so this one
module reads the environment when it is imported.
"""

from worker.app import create_app
from worker.logs import configure_logging
from worker.settings import Settings

settings = Settings.from_env()
configure_logging(settings.log_level, settings.log_format)
app = create_app(settings)
