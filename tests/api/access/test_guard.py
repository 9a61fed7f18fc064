"""Who may do what: scopes, tenants, and keys that end while the API runs."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.access.guard import OpenToNetwork, refuse_open_network
from api.access.keyring import FRESH_SECONDS
from api.access.owners import NUMBERED, UNNUMBERED
from api.access.rights import RIGHTS, check_rights
from db.access.key_values import Scope
from db.access.keys import revoke_key
from db.reach import EVERYONE
from db.tables.access import KeyRow
from tests.support.answers.http import OpenClient, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.access import OPERATOR_KEY, bearer, make_key, services_of
from tests.support.work.jobs import close, make_face, work_all
from worker.settings import Settings

PAGE = {"Accept": "text/html"}


@pytest.fixture
def guarded(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(OPERATOR_KEY,))


def list_routes(client: FlaskClient) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of each route, with numbers where it takes any."""
    return [
        (rule.endpoint, method, rule.rule)
        for rule in client.application.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def fill_in(address: str, number: object = 999) -> str:
    """An address with a number in each place, or the first of its words."""
    words = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", address)
    return re.sub(r"<(?:\w+:)?\w+>", str(number), words)


def test_every_route_has_a_line_in_the_table_of_rights(client: FlaskClient) -> None:
    views = client.application.view_functions
    assert views.keys() == RIGHTS.keys()
    client.application.view_functions = {**views, "new.show": lambda: ""}
    with pytest.raises(ValueError, match=r"no others: new\.show"):
        check_rights(client.application)


def test_every_part_of_an_address_belongs_to_a_tenant_or_needs_not_to(client: FlaskClient) -> None:
    parts = {part for rule in client.application.url_map.iter_rules() for part in rule.arguments}
    assert parts - UNNUMBERED == NUMBERED.keys()


def test_a_route_is_open_only_to_keys_with_its_scope(guarded: FlaskClient) -> None:
    by_scope = {scope: make_key(guarded, "acme", scope) for scope in Scope}
    for endpoint, method, address in list_routes(guarded):
        right, path = RIGHTS[endpoint], fill_in(address)
        if right.is_open:
            continue
        assert guarded.open(path, method=method).status_code == 401, path
        for scope, headers in by_scope.items():
            if right.scope in (None, scope) and not right.of_operators:
                continue
            answer = guarded.open(path, method=method, headers=headers)
            assert answer.status_code == 403, path
            assert answer.json["error"]["code"] == "missing_scope"
        if right.scope is not None and not right.of_operators:
            allowed = guarded.open(path, method=method, headers=by_scope[right.scope])
            assert allowed.status_code != 403, path


def test_what_concerns_all_tenants_is_for_operators(guarded: FlaskClient) -> None:
    assert guarded.get("/metrics", headers=make_key(guarded, "acme")).status_code == 403
    assert guarded.get("/metrics", headers=make_key(guarded, "*", Scope.READ)).status_code == 200
    assert guarded.get("/metrics", headers=bearer(OPERATOR_KEY)).status_code == 200


def test_what_belongs_to_another_tenant_is_nowhere(guarded: FlaskClient) -> None:
    """On every route, and told apart from what does not exist by nothing."""
    acme, bolt = make_key(guarded, "acme"), make_key(guarded, "bolt")
    guarded.environ_base["HTTP_AUTHORIZATION"] = acme["Authorization"]
    job = upload(guarded, {"a.jpg": encode_scene("JPEG")}).json["id"]
    work_all(services_of(guarded).database, [make_face()])
    close(services_of(guarded).database)
    del guarded.environ_base["HTTP_AUTHORIZATION"]
    walked = set()
    for endpoint, method, address in list_routes(guarded):
        if not re.search("|".join(rf":{part}>" for part in NUMBERED), address):
            continue
        walked.add(endpoint)
        answers = [
            guarded.open(fill_in(address, number), method=method, headers=bolt)
            for number in (job, 999)
        ]
        told = {answer.text.replace("999", str(job)) for answer in answers}
        assert [answer.status_code for answer in answers] == [404, 404], address
        assert len(told) == 1, address
    assert len(walked) > 20
    assert guarded.get(f"/v1/jobs/{job}", headers=acme).json["state"] == "completed"
    assert guarded.get(f"/v1/jobs/{job}", headers=bearer(OPERATOR_KEY)).status_code == 200


def test_another_tenants_job_is_in_no_list_and_behind_no_parameter(guarded: FlaskClient) -> None:
    acme, bolt = make_key(guarded, "acme"), make_key(guarded, "bolt")
    body = {"draft": True, "tags": ["spring"]}
    key = {"Idempotency-Key": "same"}
    made = [
        guarded.post("/v1/jobs", json=body, headers={**one, **key}).json["id"]
        for one in (acme, bolt)
    ]
    assert made == [1, 2]
    for headers, own, other in ((acme, 1, 2), (bolt, 2, 1)):
        listed = guarded.get("/v1/jobs", headers=headers).json["jobs"]
        assert [job["id"] for job in listed] == [own]
        assert guarded.get("/v1/tags", headers=headers).json["tags"][0]["jobs"] == 1
        for path in ("audience", "dimensions"):
            answer = guarded.get(f"/v1/{path}?job={other}", headers=headers)
            assert answer.status_code == 404
        guarded.delete(f"/v1/jobs/{own}", headers=headers)
        events = guarded.get(f"/v1/jobs/events?job={own}&job={other}", headers=headers).text
        assert events.count("event: job") == 1
    everything = guarded.get("/v1/jobs", headers=bearer(OPERATOR_KEY)).json["jobs"]
    assert [job["id"] for job in everything] == [2, 1]


def test_a_run_of_an_operator_stays_with_the_tenant(guarded: FlaskClient) -> None:
    acme = make_key(guarded, "acme")
    items = {"items": [{"uri": "https://img.example.com/1.jpg"}]}
    job = guarded.post("/v1/jobs", json=items, headers=acme).json["id"]
    again = guarded.post(f"/v1/jobs/{job}/rerun", json={}, headers=bearer(OPERATOR_KEY)).json["id"]
    assert guarded.get(f"/v1/jobs/{again}", headers=acme).json["rerun_of"] == job


def test_a_key_that_ended_is_refused_by_every_process_within_seconds(
    guarded: FlaskClient, open_client: OpenClient
) -> None:
    other = open_client(api_keys=(OPERATOR_KEY,))
    headers = make_key(guarded, "acme")
    assert other.get("/v1/jobs", headers=headers).status_code == 200
    with services_of(guarded).database.write() as session:
        revoke_key(session, EVERYONE, 1)
    assert 0 < FRESH_SECONDS <= 5
    # As when that time has passed.
    services_of(other).keyring.forget()
    assert other.get("/v1/jobs", headers=headers).status_code == 401
    expired = make_key(guarded, "acme", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    services_of(other).keyring.forget()
    assert other.get("/v1/jobs", headers=expired).status_code == 401


def test_the_use_of_a_key_is_noted(guarded: FlaskClient) -> None:
    headers = make_key(guarded, "acme")
    for _ in range(2):
        guarded.get("/v1/jobs", headers=headers)
    with services_of(guarded).database.read() as session:
        assert session.scalar(select(KeyRow.last_used_at)) is not None


def test_a_session_has_the_scopes_of_its_key_and_ends_with_it(guarded: FlaskClient) -> None:
    secret = make_key(guarded, "acme", Scope.READ)["Authorization"].split()[1]
    assert guarded.post("/login", data={"key": secret}, headers=PAGE).status_code == 303
    page = guarded.get("/jobs", headers=PAGE)
    assert page.status_code == 200
    assert 'href="/audience"' in page.text
    home = guarded.get("/", headers=PAGE).text
    assert "Your key is not for submitting." in home
    assert '<form class="drop" id="submit" hidden' in home
    for address in ("/keys", "/live", "/system"):
        assert f'href="{address}"' not in page.text
        assert guarded.get(address, headers=PAGE).status_code == 403
    with services_of(guarded).database.write() as session:
        revoke_key(session, EVERYONE, 1)
    services_of(guarded).keyring.forget()
    assert guarded.get("/v1/jobs").status_code == 401


def test_keys_that_are_rows_are_enough_to_listen_on_a_network(
    settings: Settings, client: FlaskClient
) -> None:
    network = settings.model_copy(update={"host": "0.0.0.0"})
    with pytest.raises(OpenToNetwork):
        refuse_open_network(network)
    assert client.get("/v1/jobs").status_code == 200
    headers = make_key(client, "acme")
    refuse_open_network(network)
    assert client.get("/v1/jobs").status_code == 401
    assert client.get("/v1/jobs", headers=headers).status_code == 200
    # What was revoked does not open it again.
    with services_of(client).database.write() as session:
        revoke_key(session, EVERYONE, 1)
    services_of(client).keyring.forget()
    assert client.get("/v1/jobs").status_code == 401
