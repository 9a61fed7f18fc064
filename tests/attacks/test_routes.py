"""Every route, pages included: nothing of another tenant, nothing without a key, and nothing that
a page of another site could have a browser do.

The routes are read from the application, so a new one is attacked, or has to be named here.
"""

import re
from collections.abc import Iterator, Mapping

import httpx
import pytest

from api.access.owners import NUMBERED
from db.access.key_values import Scope
from tests.attacks.keys import browsing, holding_key
from tests.attacks.routes import READING, Route, list_routes
from tests.support.programs.target import ANSWER_SECONDS, Target

# In whatever one tenant sends; no answer to another one has it.
MARK = "unheard-of"
ITEM = {"uri": "https://img.example.com/1.jpg", "dimensions": {MARK: MARK}}
SPOT = {"start": "2026-07-01T12:00:00", "end": "2026-07-01T12:00:10", "content": MARK}
# What everybody may see without a key, and why.
OPEN = {
    "health.show_liveness": "probes have no key",
    "health.show_readiness": "probes have no key; it tells which part is away, and no more",
    "docs.show_document": "what a client needs before it has a key",
    "docs.show_page": "the same, for people",
    "docs.show_asset": "a file of ours",
    "assets.show_asset": "a file of ours",
    "login_page.show_page": "the way in",
    "login_page.log_in": "the way in: the form has the key",
    "sign_on_page.leave": "the way in, by the provider",
    "sign_on_page.come_back": "the way in: what the provider answers is checked",
}
# Parameters and fields that name something of a tenant, each in a call for something of another.
# The answer is that for what nobody has.
NAMED = (
    ("GET", "/v1/audience?job={job_id}", None),
    ("GET", "/v1/audience/compare?job={job_id}&versus.job={job_id}", None),
    ("GET", "/v1/audience/compare?versus.job={job_id}", None),
    ("GET", "/audience?job={job_id}", None),
    ("GET", "/v1/dimensions?job={job_id}", None),
    ("GET", "/v1/jobs/events?job={job_id}", None),
    ("GET", "/v1/results?jobs={job_id}", None),
    ("POST", "/v1/playlists?name=a&jobs={job_id}", "start,end,content\n2026-07-01,2026-07-02,a\n"),
    ("POST", "/v1/playlists", {"name": "a", "jobs": ["{job_id}"], "spots": [SPOT]}),
)
# Of which these are all names that there are.
NAMING = {"job", "jobs"}


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    return list_routes()


@pytest.fixture
def acme(target: Target) -> Iterator[Mapping[str, int]]:
    """What a tenant has, by the parts of addresses that number it."""
    with holding_key(target, "acme", *Scope, name=MARK) as client:
        numbers = _make_belongings(client)
        before = _read_belongings(client, numbers)
        yield numbers
        assert _read_belongings(client, numbers) == before
        assert client.delete(f"/v1/webhooks/{numbers['webhook_id']}").is_success
        assert client.delete(f"/v1/playlists/{numbers['playlist_id']}").is_success
        assert client.delete(f"/v1/jobs/{numbers['job_id']}").is_success


def _make_belongings(client: httpx.Client) -> dict[str, int]:
    def post(path: str, body: object = None) -> dict[str, int]:
        made: dict[str, int] = client.post(path, json=body).raise_for_status().json()
        return made

    job = post("/v1/jobs", {"items": [ITEM], "draft": True, "name": MARK, "tags": [MARK]})["id"]
    webhook = post("/v1/webhooks", {"url": f"https://{MARK}.example.com"})["id"]
    playlist = post("/v1/playlists", {"name": MARK, "jobs": [job], "spots": [SPOT]})["id"]
    results = client.get(f"/v1/jobs/{job}/results").json()["results"]
    return {
        "job_id": job,
        "other_id": job,
        "item_id": results[0]["item"],
        "key_id": int(client.headers["X-Key"]),
        "playlist_id": playlist,
        "webhook_id": webhook,
        "message_id": post(f"/v1/webhooks/{webhook}/test")["message_id"],
    }


def _read_belongings(client: httpx.Client, numbers: Mapping[str, int]) -> list[str]:
    paths = ("/v1/jobs/{job_id}", "/v1/items/{item_id}", "/v1/playlists/{playlist_id}", "/v1/keys")
    # Each use of the key is noted on it.
    answers = [client.get(path.format_map(numbers)).raise_for_status().text for path in paths]
    return [re.sub(r'"last_used_at":[^,]*', "", text) for text in answers]


@pytest.fixture
def bolt(target: Target) -> Iterator[httpx.Client]:
    """Someone of another tenant, with a key for everything."""
    with holding_key(target, "bolt", *Scope) as client:
        yield client


@pytest.fixture
def stranger(target: Target) -> Iterator[httpx.Client]:
    """Someone without a key."""
    with httpx.Client(base_url=target.url, timeout=ANSWER_SECONDS) as client:
        yield client


def test_what_another_tenant_has_is_on_no_route(
    routes: list[Route], acme: Mapping[str, int], bolt: httpx.Client
) -> None:
    assert acme.keys() == NUMBERED.keys()
    nobodys = dict.fromkeys(acme, 10**9)
    for route in (route for route in routes if route.names_something):
        told = [_ask(bolt, route.method, route.fill(numbers), None) for numbers in (acme, nobodys)]
        assert told[0] == told[1] == (404, told[0][1]), route


def test_what_another_tenant_has_is_in_no_list_and_on_no_page(
    routes: list[Route], acme: Mapping[str, int], bolt: httpx.Client
) -> None:
    assert acme
    for route in routes:
        if route.method == "GET" and not route.names_something:
            answer = bolt.get(route.fill({}), headers={"Accept": "text/html, */*;q=0.5"})
            assert MARK not in answer.text, route


@pytest.mark.parametrize(("method", "path", "body"), NAMED)
def test_no_parameter_reaches_what_another_tenant_has(
    acme: Mapping[str, int], bolt: httpx.Client, method: str, path: str, body: object
) -> None:
    told = []
    for numbers in (acme, dict.fromkeys(acme, 10**9)):
        sent = body
        if isinstance(body, dict):
            sent = {**body, "jobs": [numbers["job_id"]]}
        told.append(_ask(bolt, method, path.format_map(numbers), sent))
    assert told[0] == told[1]
    # The stream of events of jobs that nobody has is an empty one.
    assert told[0][0] in ((200,) if "/events" in path else (404, 422))


def test_every_parameter_that_names_something_is_attacked(target: Target) -> None:
    paths = target.client.get("/openapi.json").json()["paths"]
    found = {
        (path, one["name"])
        for path, methods in paths.items()
        for method in methods.values()
        for one in method.get("parameters", ())
        if one["in"] == "query" and one["name"] in NAMING
    }
    attacked = {
        (path.partition("?")[0], name)
        for _, path, _ in NAMED
        for name in re.findall(r"[?&](\w+)=", path)
    }
    assert found <= attacked


def _ask(client: httpx.Client, method: str, path: str, body: object) -> tuple[int, str]:
    """The status, and what is said, without numbers and the name of the request."""
    if isinstance(body, str):
        answer = client.request(method, path, content=body, headers={"Content-Type": "text/csv"})
    else:
        answer = client.request(method, path, json=body)
    assert MARK not in answer.text
    return answer.status_code, re.sub(r"\d+", "N", answer.text)


@pytest.mark.parametrize(
    "words", [{}, {"Authorization": "Bearer fct_wrong"}], ids=["none", "wrong"]
)
def test_no_route_answers_without_a_key(
    acme: Mapping[str, int], stranger: httpx.Client, words: dict[str, str]
) -> None:
    found = list_routes(with_automatic=not words)
    assert OPEN.keys() <= {route.endpoint for route in found}
    for number, route in enumerate(found):
        # Each comes from someone else, as by way of a proxy, or the brake on wrong keys answers.
        origin = f"198.51.{number % 250}.{number // 250}"
        headers = {"X-Forwarded-For": origin, **words}
        answer = stranger.request(route.method, route.fill(acme), headers=headers)
        if route.endpoint in OPEN:
            assert answer.status_code not in (401, 403) or route.endpoint == "login_page.log_in"
            assert MARK not in answer.text, route
        else:
            assert answer.status_code == 401, route


def test_a_browser_without_a_session_is_sent_to_log_in(
    stranger: httpx.Client, routes: list[Route], acme: Mapping[str, int]
) -> None:
    for route in routes:
        if route.method == "GET" and route.endpoint not in OPEN:
            answer = stranger.get(route.fill(acme), headers={"Accept": "text/html"})
            assert answer.status_code in (303, 401), route
            assert MARK not in answer.text, route
            assert answer.headers.get("Location", "/login").startswith("/login"), route


def test_no_page_of_another_site_has_a_browser_change_anything(
    target: Target, routes: list[Route], acme: Mapping[str, int]
) -> None:
    changing = [route for route in routes if route.method not in READING]
    assert {route.endpoint for route in changing if route.endpoint in OPEN} == {"login_page.log_in"}
    with browsing(target, target.client) as (browser, _), browsing(target, target.client) as other:
        for route in changing:
            if route.endpoint in OPEN:
                continue
            for form in ({}, {"csrf_token": "x"}, {"csrf_token": other[1]}):
                # A form of another site is sent by the browser with the cookie, if it is sent.
                answer = browser.request(route.method, route.fill(acme), data=form)
                assert answer.status_code == 403, (route, form)
        assert browser.get("/v1/jobs").status_code == 200


def test_no_page_of_another_site_logs_a_browser_in(target: Target) -> None:
    """Else someone would upload into the account of whoever made that page."""
    secret = target.client.headers["Authorization"].split()[1]
    for words in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        headers = {**words, "X-Forwarded-For": "198.51.100.9"}
        answer = httpx.post(f"{target.url}/login", data={"key": secret}, headers=headers)
        assert answer.status_code == 401
        assert "Set-Cookie" not in answer.headers
