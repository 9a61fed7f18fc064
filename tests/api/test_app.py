"""The application as a whole: access, the OpenAPI document, health and imports."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.access.guard import OpenToNetwork, refuse_open_network
from tests.support.answers.http import OpenClient
from worker.settings import Settings

START = """
import sys, api.app
from worker.settings import Settings

def find(*parts):
    print([name for name in sys.modules if name.startswith(parts)])

settings = Settings(data_dir=sys.argv[1], redis_url="unix:///none").complete()
api.app.create_app(settings)
find("onnxruntime", "onnx", "scipy", "matplotlib", "joserfc", "authlib")
import worker.app
# The client of Redis looks by itself whether there is something to measure with.
find("opentelemetry.sdk.trace", "opentelemetry.exporter", "worker.traces.tracing")
"""


def test_what_takes_long_to_load_is_imported_where_it_is_used(tmp_path: Path) -> None:
    """The API uses model runtimes and plots rarely or never, and nobody traces without a
    collector."""
    words = [sys.executable, "-c", START, str(tmp_path)]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[]", "[]"]


def test_every_route_and_its_errors_are_in_the_document(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    documented = {
        (path.replace("{", "<").replace("}", ">"), method.upper())
        for path, operations in document["paths"].items()
        for method in operations
    }
    hidden = {"/openapi.json", "/docs", "/docs/assets/<path:name>"}
    served = {
        (re.sub(r"<\w+:", "<", rule.rule), method)
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule not in hidden and not is_of_a_page(rule.endpoint)
    }
    assert served == documented
    for operations in document["paths"].values():
        for operation in operations.values():
            error = operation["responses"]["422"]["content"]["application/problem+json"]["schema"]
            assert error == {"$ref": "#/components/schemas/ErrorBody"}


def test_the_document_says_which_key_each_call_needs(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    for operations in paths.values():
        assert all("security" in one for one in operations.values())
    assert paths["/healthz"]["get"]["security"] == []
    erase = paths["/v1/jobs/{job_id}"]["delete"]
    assert erase["security"] == [{"key": []}]
    assert erase["description"].endswith("Needs a key with the scope `erase`.")
    assert "reaches all tenants" in paths["/metrics"]["get"]["description"]


def test_every_call_has_a_group_a_whole_sentence_and_a_name_of_its_own(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    calls = [call for calls in document["paths"].values() for call in calls.values()]
    assert {call["tags"][0] for call in calls} == {tag["name"] for tag in document["tags"]}
    assert [call["summary"] for call in calls if not call["summary"].endswith(".")] == []
    names = [call["operationId"] for call in calls]
    assert len(set(names)) == len(names)
    assert {"jobs_submit_job", "audience_show_audience", "keys_create"} <= set(names)


def is_of_a_page(endpoint: str) -> bool:
    blueprint = endpoint.partition(".")[0]
    return blueprint.endswith("_page") or blueprint == "assets"


def test_every_reference_in_the_document_leads_somewhere(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    text = str(document)
    names = {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])


def test_the_page_of_the_document_loads_only_from_here(client: FlaskClient) -> None:
    page = client.get("/docs").text
    assert "http" not in page.replace("<meta http-equiv", "")
    files = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', page)
    assert "/docs/assets/css/swagger-ui.css" in files
    for path in files:
        with client.get(path) as response:
            assert response.status_code == 200
    assert client.get("/docs/assets/../../app.py").status_code == 404


def test_readiness_says_which_parts_are_missing(client: FlaskClient) -> None:
    assert client.get("/healthz").json["status"] == "ok"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["status"] == "degraded"
    assert ready.json["checks"]["database"] == ready.json["checks"]["queue"] == "ok"
    assert ready.json["checks"]["workers"] == "none is running"


def test_the_api_is_not_ready_without_its_database(open_client: OpenClient) -> None:
    client = open_client(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert client.get("/readyz").status_code == 503
    response = client.get("/v1/jobs")
    assert response.status_code == 503
    assert response.json["error"]["code"] == "database_unavailable"
    assert "Retry-After" in response.headers


@pytest.fixture
def guarded(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=("first", "second"))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/jobs",
        "/v1/audience",
        "/metrics",
        "/v1/items/1/thumbnail",
        "/live",
        "/video_feed?source=a",
    ],
)
@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer wrong", "Basic first", "first", "Bearer firs", "Bearer é"]
)
def test_a_call_without_a_valid_key_is_refused(
    guarded: FlaskClient, path: str, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = guarded.get(path, headers=headers)
    assert response.status_code == 401
    assert response.json["error"]["code"] == "unauthorized"
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["first", "second"])
def test_each_key_is_accepted(guarded: FlaskClient, key: str) -> None:
    assert guarded.get("/v1/jobs", headers={"Authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs"])
def test_health_and_documents_need_no_key(guarded: FlaskClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "127.0.0.1:8000"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]"}, 200),
        ({"Host": "[::1"}, 403),
        ({"Host": "rebound.example"}, 403),
        ({"Host": "192.168.1.5:8000"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_an_api_without_keys_refuses_other_hosts_and_sites(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.get("/v1/jobs", headers=headers).status_code == status


def test_an_api_without_keys_is_not_opened_to_the_network(settings: Settings) -> None:
    with pytest.raises(OpenToNetwork, match="FACETALLY_API_KEYS"):
        refuse_open_network(settings.model_copy(update={"host": "0.0.0.0"}))
    refuse_open_network(settings.model_copy(update={"host": "0.0.0.0", "api_keys": ("k",)}))
    refuse_open_network(settings)


def test_an_unknown_method_is_refused_with_the_allowed_ones(client: FlaskClient) -> None:
    response = client.delete("/v1/jobs")
    assert response.status_code == 405
    assert response.json["error"]["code"] == "method_not_allowed"
    assert "POST" in response.headers["Allow"]


def test_analysis_is_unavailable_without_a_worker(open_client: OpenClient) -> None:
    client = open_client(analyze_timeout_seconds=0.2)
    response = client.post("/v1/analyze", data=b"picture", content_type="image/jpeg")
    assert response.status_code == 503
    assert response.json["error"]["code"] == "no_interactive_worker"
    empty = client.post("/v1/analyze", data=b"")
    assert empty.status_code == 400
    large = client.post("/v1/analyze", data=bytes((24 << 20) + 1), content_type="image/jpeg")
    assert large.status_code == 413
