"""gunicorn, configured here instead of on a command line."""

import resource
import signal
from contextlib import suppress

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from api.access.guard import refuse_open_network
from api.app import create_app
from api.server.keeper import Keeper
from api.server.worker import STOP_SIGNALS, ApiWorker
from worker.logs import configure_logging
from worker.settings import Settings

GRACE_SECONDS = 30
KEEP_ALIVE_SECONDS = 5
# Of one process: idle and slow clients are dropped first.
MOST_CONNECTIONS = 1000
MOST_OPEN_FILES = 16384
LONGEST_LINE_BYTES = 8190
LONGEST_HEADER_BYTES = 8190
MOST_HEADERS = 100


def serve(settings: Settings, fd: int | None = None) -> None:
    """Run the API until a signal stops it; with `fd` on an inherited socket."""
    configure_logging(settings.log_level, settings.log_format)
    if fd is None:
        refuse_open_network(settings)
    bind = f"{settings.host}:{settings.port}" if fd is None else f"fd://{fd}"
    _allow_connections()
    _Gunicorn(settings, bind).run()


def _allow_connections() -> None:
    """Many systems let a process open 1024 files unless it asks for more."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Arbiter(Arbiter):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn's loop; a process that it has just forked loses no signal that is to stop it."""

    def spawn_worker(self) -> int:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            return int(super().spawn_worker())
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's own lines go where all others do: its handler would wait for their reader."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.propagate = True


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """The main process, which starts the others and replaces those that die or hang."""

    def __init__(self, settings: Settings, bind: str) -> None:
        self._settings = settings
        self._options = {
            "bind": bind,
            "worker_class": ApiWorker,
            "workers": settings.api_processes,
            "threads": settings.api_threads,
            "worker_connections": MOST_CONNECTIONS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "limit_request_line": LONGEST_LINE_BYTES,
            "limit_request_fields": MOST_HEADERS,
            "limit_request_field_size": LONGEST_HEADER_BYTES,
            # api/proxies.py decides whom to believe.
            "forwarded_allow_ips": "",
            "loglevel": "warning",
            "logger_class": _Log,
            # Files are read by threads, so that slow clients do not hold them.
            "sendfile": False,
            # A control socket would be one more way in, and nothing uses it.
            "control_socket_disable": True,
        }
        # Opened once, and inherited by the processes that are started.
        self.keeper = Keeper()
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def run(self) -> None:
        _Arbiter(self).run()

    def load(self) -> Flask:
        return create_app(self._settings)
