"""Webhooks are made, tested and removed over HTTP, by the client and by commands."""

import pytest
from flask.testing import FlaskClient

from facetally import ApiError, Client
from tests.support.answers.http import OpenClient
from tests.support.servers.served import serve_app
from tests.support.work.access import OPERATOR_KEY, bearer, make_key

OPERATOR = bearer(OPERATOR_KEY)
URL = "https://example.com/hook"


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(OPERATOR_KEY,))


def test_a_webhook_shows_its_secret_once_and_goes_with_its_messages(client: FlaskClient) -> None:
    made = client.post("/v1/webhooks", json={"url": URL}, headers=OPERATOR)
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    [listed] = client.get("/v1/webhooks", headers=OPERATOR).json["webhooks"]
    assert "secret" not in listed
    path = f"/v1/webhooks/{listed['id']}"
    sent = client.post(f"{path}/test", headers=OPERATOR)
    assert sent.status_code == 202
    [message] = client.get(f"{path}/messages", headers=OPERATOR).json["messages"]
    assert (message["id"], message["event"]) == (sent.json["message_id"], "webhook.test")
    assert (message["state"], message["attempts"]) == ("waiting", [])
    again = client.post(f"/v1/messages/{message['id']}/resend", headers=OPERATOR)
    assert again.status_code == 202
    assert client.delete(path, headers=OPERATOR).json["url"] == URL
    for method, rest in (("DELETE", ""), ("POST", "/test"), ("GET", "/messages")):
        assert client.open(path + rest, method=method, headers=OPERATOR).status_code == 404
    resend = client.post(f"/v1/messages/{message['id']}/resend", headers=OPERATOR)
    assert resend.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "http://example.com/"},
        {"url": "https://10.0.0.1/"},
        {"url": URL, "events": ["job.started"]},
    ],
    ids=["none", "without TLS", "private", "unknown event"],
)
def test_a_webhook_that_cannot_be_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    assert client.post("/v1/webhooks", json=body, headers=OPERATOR).status_code == 422


def test_a_tenant_has_a_bounded_number_of_webhooks(client: FlaskClient) -> None:
    answers = [client.post("/v1/webhooks", json={"url": URL}, headers=OPERATOR) for _ in range(21)]
    assert {one.status_code for one in answers[:20]} == {201}
    assert answers[20].status_code == 409


def test_a_webhook_of_another_tenant_does_not_exist(client: FlaskClient) -> None:
    made = client.post("/v1/webhooks", json={"url": URL}, headers=OPERATOR).json
    message = client.post(f"/v1/webhooks/{made['id']}/test", headers=OPERATOR).json["message_id"]
    other = make_key(client, "other")
    assert client.get("/v1/webhooks", headers=other).json["webhooks"] == []
    assert client.delete(f"/v1/webhooks/{made['id']}", headers=other).status_code == 404
    assert client.get(f"/v1/webhooks/{made['id']}/messages", headers=other).status_code == 404
    assert client.post(f"/v1/messages/{message}/resend", headers=other).status_code == 404


def test_the_client_makes_tests_and_removes_webhooks(client: FlaskClient) -> None:
    with serve_app(client.application) as url, Client(url, OPERATOR_KEY) as server:
        made = server.create_webhook(URL, ["job.completed", "webhook.test"])
        assert made.secret.startswith("whsec_")
        [listed] = server.webhooks()
        assert (listed.id, listed.events) == (made.id, ("job.completed", "webhook.test"))
        message_id = server.test_webhook(made.id)
        assert [one.id for one in server.webhook_messages(made.id)] == [message_id]
        assert server.resend_message(message_id) == message_id
        assert server.remove_webhook(made.id).id == made.id
        with pytest.raises(ApiError, match="no webhook"):
            server.remove_webhook(made.id)
