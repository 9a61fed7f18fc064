"""Headers of every answer: what browsers may do with it, and that nobody keeps it."""

from flask import Flask, Response, request

# Anything but our own pages, which have a policy of their own, is data: nothing in it may run.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# Of a report, as the file itself says, which may be opened without a server, too.
FILE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": DATA_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Everything else may show people: pictures, results, counts.
KEPT_PREFIXES = ("/static/", "/docs", "/openapi.json")


def add_headers(app: Flask) -> None:
    """Add to every answer what its view did not set."""

    def complete(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(KEPT_PREFIXES):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(complete)
