"""The Flask application, put together, and gunicorn to serve it."""

import socket
import struct
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from flask_openapi3 import Info, OpenAPI
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter, Map

from api import docs
from api.access import guard, refuse_open_network
from api.error_handlers import handle_errors
from api.pages import assets, comparison, home, job, login, system
from api.pages import audience as audience_page
from api.pages import item as item_page
from api.pages import jobs as jobs_page
from api.pages import live as live_page
from api.pages.error import show_error
from api.pages.rendering import check_navigation
from api.schemas.errors import ErrorBody
from api.services import EXTENSION, open_services
from api.submissions.idempotency import AlreadyAccepted
from api.submissions.staging import StagedRequest
from api.validation import refuse_invalid
from api.views import (
    analyze,
    audience,
    drafts,
    evaluations,
    events,
    health,
    items,
    jobs,
    live,
    packs,
    report,
    reruns,
    results,
    vocabulary,
)
from api.views.job_replies import answer_again
from worker.logs import configure_logging
from worker.settings import Settings

DESCRIPTION = (
    "See who your audience is. Submit pictures and videos, follow the job, read faces and audience."
)
# A part of a form is a file or a field. Clients split uploads of more files.
MOST_FORM_PARTS = 100_000
GRACE_SECONDS = 30
SILENCE_SECONDS = 15


class RowNumber(IntegerConverter):
    """A number in a page's address that a row can have; any other number is a 404."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)


def create_app(settings: Settings) -> Flask:
    """The application with these settings; nothing connects before it is used."""
    app = OpenAPI(
        "facetally",
        info=Info(title="Facetally", version=version("facetally"), description=DESCRIPTION),
        doc_ui=False,
        validation_error_model=ErrorBody,
        validation_error_callback=refuse_invalid,
        security_schemes={"key": {"type": "http", "scheme": "bearer"}},
        static_folder=None,
        root_path=str(Path(__file__).parent),
    )
    app.request_class = StagedRequest
    # An address with an empty segment is a 404 in the one shape of errors, not a redirect.
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.config["MAX_FORM_PARTS"] = MOST_FORM_PARTS
    # An unknown name in a template is an error rather than an empty string.
    app.jinja_env.undefined = StrictUndefined
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.url_map.converters["number"] = RowNumber
    open_services(app, settings)
    guard(app, settings)
    handle_errors(app, show_error)
    app.register_error_handler(AlreadyAccepted, answer_again)
    _register_views(app)
    return app


def _register_views(app: OpenAPI) -> None:
    for module in (jobs, reruns, drafts, events, results, items, audience, evaluations, vocabulary):
        app.register_api(module.blueprint)
    for module in (analyze, live, packs, report, health):
        app.register_api(module.blueprint)
    for page in (docs, assets, login, home, live_page, jobs_page, job, item_page, comparison):
        app.register_blueprint(page.blueprint)
    for page in (audience_page, system):
        app.register_blueprint(page.blueprint)
    check_navigation(app)


def serve(settings: Settings, fd: int | None = None) -> None:
    """Run gunicorn until a signal stops it; with `fd` on an inherited socket."""
    configure_logging()
    if fd is None:
        refuse_open_network(settings)
    bind = f"{settings.host}:{settings.port}" if fd is None else f"fd://{fd}"
    _Gunicorn(lambda: create_app(settings), bind, settings.api_threads).run()


class _ImpatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """Disconnects clients that stall during a request, because each occupies a thread.

    When it has to end, it also ends the streams of clients that only listen.
    """

    def enqueue_req(self, conn: Any) -> None:
        limit = struct.pack("ll", SILENCE_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        super().enqueue_req(conn)

    def handle_exit(self, sig: int, frame: Any) -> None:
        self.wsgi.extensions[EXTENSION].ending.set()
        super().handle_exit(sig, frame)


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn, configured here instead of on a command line."""

    def __init__(self, load_app: Callable[[], Flask], bind: str, threads: int) -> None:
        self._load_app = load_app
        self._options = {
            "bind": bind,
            "worker_class": _ImpatientWorker,
            "workers": 1,
            "threads": threads,
            "graceful_timeout": GRACE_SECONDS,
            "loglevel": "warning",
            # A control socket would be one more way in, and nothing uses it.
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._load_app()
