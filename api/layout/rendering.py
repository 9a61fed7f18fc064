"""Render a page: template, layout, texts, navigation, and headers that allow this origin only."""

from http import HTTPStatus

from flask import Flask, Response, render_template, request

from api.access.callers import find_caller
from api.access.rights import find_right
from api.access.sessions import current_session
from api.layout.assets import locate_asset
from api.layout.paces import describe_pace
from api.layout.texts import choose_texts
from api.reports.figures import write_interval, write_percent, write_points, write_range

# Name and address of each page.
NAVIGATION = (
    ("home", "/"),
    ("jobs", "/jobs"),
    ("audience", "/audience"),
    ("live", "/live"),
    ("keys", "/keys"),
    ("system", "/system"),
)
SECURITY_HEADERS = {
    # `blob:` is a picture that the reader chose and that is shown without being uploaded.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, HX-Request, Cookie",
}


def check_navigation(app: Flask) -> None:
    """Raises ValueError if the navigation leads to a page that the application lacks."""
    pages = app.url_map.bind("")
    for name, address in NAVIGATION:
        endpoint = f"{name}_page.show_page"
        if endpoint not in app.view_functions or pages.build(endpoint) != address:
            raise ValueError(f"The navigation leads to {address}, but {endpoint} isn't there.")


def show(template: str, status: int = HTTPStatus.OK, **values: object) -> Response:
    """Render a template as a page, or without the layout if htmx asks for a part of one."""
    session = current_session()
    html = render_template(
        template,
        layout="fragment.html" if asks_for_part() else "layout.html",
        text=choose_texts(),
        asset=locate_asset,
        describe_pace=describe_pace,
        write_percent=write_percent,
        write_interval=write_interval,
        write_points=write_points,
        write_range=write_range,
        name_band=name_band,
        navigation=_list_pages(),
        may=_may,
        form_token=session.form_token if session else "",
        logged_in=session is not None,
        **values,
    )
    return Response(html, status, headers=SECURITY_HEADERS, mimetype="text/html")


def _list_pages() -> list[tuple[str, str]]:
    """The pages that the reader may open; all of them on the page to log in."""
    caller = find_caller()
    return [
        (name, address)
        for name, address in NAVIGATION
        if caller is None or caller.may(find_right(f"{name}_page.show_page"))
    ]


def _may(scope: str) -> bool:
    """Whether the reader's key has a scope, for templates."""
    caller = find_caller()
    return caller is not None and scope in caller.scopes


def name_band(band: str) -> str:
    """`25 to 34`, `65 and over`."""
    text = choose_texts()
    return band.replace("-", text("answer.to")).replace("+", text("answer.over"))


def asks_for_part() -> bool:
    """Whether htmx sent this request, to put the response into the current page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def wants_page() -> bool:
    """Whether a person reads the response, rather than a program."""
    accepted = request.accept_mimetypes
    best = accepted.best_match(["application/json", "text/html"], "application/json")
    return asks_for_part() or (
        not request.path.startswith("/v1/")
        and best == "text/html"
        and accepted["text/html"] > accepted["application/json"]
    )
