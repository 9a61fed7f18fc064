"""The Flask application, put together."""

from pathlib import Path

from flask import Flask
from flask_openapi3 import Info, OpenAPI
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter, Map

from api import docs
from api.access.auditing import audit
from api.access.guard import guard
from api.access.rights import check_rights
from api.error_handlers import handle_errors
from api.headers import add_headers
from api.layout import assets
from api.layout.error import show_error
from api.layout.rendering import check_navigation
from api.metering.meter import measure_requests
from api.operator_views import audit as audit_view
from api.operator_views import evaluations, health, keys, limits, metrics, packs, sessions, webhooks
from api.pages import audience as audience_page
from api.pages import comparison, home, job, login, sign_on, system
from api.pages import evaluations as evaluations_page
from api.pages import item as item_page
from api.pages import jobs as jobs_page
from api.pages import keys as keys_page
from api.pages import live as live_page
from api.pages import playlists as playlists_page
from api.proxies import Proxies
from api.request_log import log_requests
from api.schemas.errors import ErrorBody
from api.services import open_services
from api.submissions.forms import MOST_BYTES, BoundedRequest
from api.submissions.idempotency import AlreadyAccepted
from api.tracing import trace_requests
from api.validation import refuse_invalid
from api.views import (
    analyze,
    audience,
    compared_audiences,
    drafts,
    events,
    headcounts,
    items,
    jobs,
    live,
    pieces,
    playlists,
    report,
    reruns,
    results,
    vocabulary,
    zones,
)
from api.views.job_replies import answer_again
from worker.settings import Settings
from worker.version import read_version

DESCRIPTION = (
    "See who your audience is. Submit pictures and videos, follow the job, read faces and audience."
)

# In this order they are listed in the OpenAPI document.
VIEWS = (
    *(jobs, reruns, drafts, pieces, events, results, items),
    *(audience, compared_audiences, playlists, zones, evaluations, vocabulary),
    *(analyze, limits, live, headcounts, packs, keys, sessions, audit_view),
    *(report, health, metrics, webhooks),
)
PAGES = (
    *(docs, assets, login, sign_on, home, live_page, jobs_page, job, item_page),
    *(comparison, audience_page, playlists_page, evaluations_page, keys_page, system),
)


class RowNumber(IntegerConverter):
    """A number in a page's address that a row can have; any other number is a 404."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)


def create_app(settings: Settings) -> Flask:
    """The application with these settings; nothing connects before it is used."""
    app = _make_app()
    opened = open_services(app, settings)
    log_requests(app, every=settings.access_log)
    if opened.tracing is not None:
        trace_requests(app, opened.tracing)
    add_headers(app)
    measure_requests(app, opened.meter)
    guard(app, opened.database, opened.keyring, opened.wrong_keys, opened.owners, opened.limiter)
    audit(app, opened.database, opened.owners)
    handle_errors(app, show_error)
    app.register_error_handler(AlreadyAccepted, answer_again)
    _register_views(app)
    app.wsgi_app = Proxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _make_app() -> OpenAPI:
    app = OpenAPI(
        "facetally",
        info=Info(title="Facetally", version=read_version(), description=DESCRIPTION),
        doc_ui=False,
        validation_error_model=ErrorBody,
        validation_error_callback=refuse_invalid,
        security_schemes={docs.SCHEME: {"type": "http", "scheme": "bearer"}},
        static_folder=None,
        root_path=str(Path(__file__).parent),
    )
    app.request_class = BoundedRequest
    # An address with an empty segment is a 404 in the one shape of errors, not a redirect.
    app.url_map.merge_slashes = False
    # Views that take more say how much.
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    # An unknown name in a template is an error rather than an empty string.
    app.jinja_env.undefined = StrictUndefined
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.url_map.converters["number"] = RowNumber
    return app


def _register_views(app: OpenAPI) -> None:
    for view in VIEWS:
        app.register_api(view.blueprint)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    check_navigation(app)
    check_rights(app)
