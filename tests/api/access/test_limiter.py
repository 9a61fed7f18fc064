"""How much the keys of a tenant may do together; an operator has no limits."""

import pytest
from flask.testing import FlaskClient

from api.access.callers import ALL_SCOPES, Caller
from api.access.limiter import Limiter
from api.access.rights import LOOK
from api.errors import ApiError
from db.reach import Reach
from tests.support.answers.http import OpenClient, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.access import OPERATOR_KEY, bearer, make_key

OPERATOR = bearer(OPERATOR_KEY)
ITEMS = {"items": [{"uri": "https://img.example.com/1.jpg"}]}
GONE = "redis://127.0.0.1:1"


@pytest.fixture
def open_limited(open_client: OpenClient) -> OpenClient:
    def open_one(**limits: object) -> FlaskClient:
        return open_client(api_keys=(OPERATOR_KEY,), **limits)

    return open_one


def test_answers_say_what_is_left_and_when_to_try_again(open_limited: OpenClient) -> None:
    client = open_limited(tenant_requests_per_minute=3)
    acme, again, bolt = (make_key(client, name) for name in ("limits-a", "limits-a", "limits-b"))
    first = client.get("/v1/jobs", headers=acme)
    assert first.headers["RateLimit-Policy"] == '"requests";q=3;w=60'
    assert first.headers["RateLimit"].startswith('"requests";r=2;t=')
    client.get("/v1/jobs", headers=again)
    client.get("/v1/nothing", headers=acme)
    refused = client.get("/v1/jobs", headers=again)
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"requests";r=0;t=')
    assert client.get("/v1/jobs", headers=bolt).status_code == 200
    for _ in range(4):
        unlimited = client.get("/v1/jobs", headers=OPERATOR)
        assert unlimited.status_code == 200
        assert "RateLimit" not in unlimited.headers


def test_a_limit_holds_for_all_processes_together(open_limited: OpenClient) -> None:
    processes = [open_limited(tenant_requests_per_minute=2) for _ in range(3)]
    headers = make_key(processes[0], "limits-c")
    statuses = [process.get("/v1/jobs", headers=headers).status_code for process in processes]
    assert statuses == [200, 200, 429]


def test_audiences_have_a_budget_of_their_own(open_limited: OpenClient) -> None:
    client = open_limited(tenant_audiences_per_day=2)
    headers = make_key(client, "limits-d")
    page = {**headers, "Accept": "text/html"}
    assert client.get("/v1/audience", headers=headers).status_code == 200
    last = client.get("/audience", headers=page)
    assert '"audience";r=0;t=' in last.headers["RateLimit"]
    assert client.get("/v1/audience?format=csv", headers=headers).status_code == 429
    assert client.get("/v1/jobs", headers=headers).status_code == 200


def test_without_redis_each_process_counts_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller("a", Reach("acme"), ALL_SCOPES)
    limiter = Limiter(GONE, requests_per_minute=2, audiences_per_day=0)
    left = [limiter.count(caller, LOOK)[0][2] for _ in range(2)]
    assert left == [1, 0]
    with pytest.raises(ApiError, match="Try again in"):
        limiter.count(caller, LOOK)
    assert [one.message for one in caplog.records] == ["calls are counted by each process"]
    limiter.close()


def test_a_tenant_has_so_many_live_jobs(open_limited: OpenClient) -> None:
    client = open_limited(tenant_live_jobs=1)
    acme, bolt = make_key(client, "acme"), make_key(client, "bolt")
    assert client.post("/v1/jobs", json=ITEMS, headers=acme).status_code == 202
    lines = {
        "data": '{"uri": "https://img.example.com/1.jpg"}',
        "content_type": "application/x-ndjson",
    }
    for again in ({"json": ITEMS}, {"json": {"draft": True}}, lines):
        refused = client.post("/v1/jobs", headers=acme, **again)
        assert (refused.status_code, refused.json["error"]["code"]) == (429, "quota_exceeded")
        assert "Retry-After" in refused.headers
    assert client.post("/v1/jobs/1/rerun", json={}, headers=acme).status_code == 429
    assert client.post("/v1/jobs", json=ITEMS, headers=bolt).status_code == 202
    for _ in range(2):
        assert client.post("/v1/jobs", json=ITEMS, headers=OPERATOR).status_code == 202
    client.delete("/v1/jobs/1", headers=acme)
    assert client.post("/v1/jobs", json=ITEMS, headers=acme).status_code == 202


def test_a_job_has_so_many_items_however_they_are_sent(open_limited: OpenClient) -> None:
    client = open_limited(tenant_job_items=2)
    headers = make_key(client, "acme")
    line = '{"uri": "https://img.example.com/1.jpg"}\n'
    ndjson = {"content_type": "application/x-ndjson", "headers": headers}
    many = {"items": ITEMS["items"] * 3}
    assert client.post("/v1/jobs", json=many, headers=headers).status_code == 413
    assert client.post("/v1/jobs", data=line * 3, **ndjson).status_code == 413
    draft = client.post("/v1/jobs", json={"draft": True}, headers=headers).json["id"]
    path = f"/v1/jobs/{draft}"
    assert client.post(f"{path}/items", data=line * 2, **ndjson).status_code == 202
    refused = client.post(f"{path}/items", data=line, **ndjson)
    assert (refused.status_code, refused.json["error"]["code"]) == (413, "quota_exceeded")
    assert client.get(path, headers=headers).json["counts"]["items"] == 2


def test_uploads_have_so_many_bytes_until_jobs_are_erased(
    open_limited: OpenClient,
) -> None:
    photo = encode_scene("JPEG")
    client = open_limited(tenant_stored_bytes=2 * len(photo), tenant_daily_bytes=3 * len(photo))
    client.environ_base["HTTP_AUTHORIZATION"] = make_key(client, "acme")["Authorization"]
    assert upload(client, {"a.jpg": photo}).status_code == 202
    # A run of the same items stores nothing more.
    assert client.post("/v1/jobs/1/rerun", json={}).status_code == 202
    assert upload(client, {"a.jpg": photo}).status_code == 202
    refused = upload(client, {"a.jpg": photo})
    assert (refused.status_code, refused.json["error"]["code"]) == (413, "quota_exceeded")
    assert "Erase" in refused.json["error"]["message"]
