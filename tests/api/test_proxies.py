"""Whose request it is: only the operator's own proxies are believed."""

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import OpenClient
from tests.support.answers.log_lines import captured

KEY = "k" * 32
OWN = ("10.0.0.7", "10.1.0.0/16", "2001:db8::/64")


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(KEY,), access_log=True, trusted_proxies=OWN)


def find_address(client: FlaskClient, peer: str, forwarded: str) -> str:
    """Whose request the log says that it was."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with captured("api") as lines:
        client.get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": peer})
    [line] = [one for one in lines if one["message"] == "request answered"]
    return str(line["address"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        pytest.param("10.0.0.7", "192.0.2.8", "192.0.2.8", id="a proxy"),
        pytest.param("::ffff:10.0.0.7", "192.0.2.8", "192.0.2.8", id="a mapped proxy"),
        pytest.param("2001:db8::9", "[2001:db8:1::1]:80", "2001:db8:1::1", id="by IPv6"),
        pytest.param("10.0.0.7", "192.0.2.8, 10.1.2.3", "192.0.2.8", id="two proxies"),
        pytest.param("10.0.0.7", "192.0.2.7, 192.0.2.8", "192.0.2.8", id="forged before"),
        pytest.param("10.0.0.7", "192.0.2.7, x, 10.1.2.3", "10.1.2.3", id="nonsense"),
        pytest.param("10.0.0.7", "10.1.2.3", "10.1.2.3", id="a proxy asks itself"),
        pytest.param("10.0.0.7", "", "10.0.0.7", id="nothing said"),
        pytest.param("10.0.0.8", "192.0.2.8", "10.0.0.8", id="another private address"),
        pytest.param("127.0.0.1", "192.0.2.8", "127.0.0.1", id="this machine"),
        pytest.param("8.8.8.8", "10.0.0.7", "8.8.8.8", id="the world"),
        pytest.param("", "192.0.2.8", "", id="no address"),
    ],
)
def test_a_request_comes_from_whom_trusted_proxies_name(
    client: FlaskClient, peer: str, forwarded: str, found: str
) -> None:
    assert find_address(client, peer, forwarded) == found


@pytest.mark.parametrize(("peer", "is_secure"), [("10.0.0.7", True), ("10.0.0.8", False)])
def test_only_a_trusted_proxy_says_that_a_request_was_encrypted(
    client: FlaskClient, peer: str, is_secure: bool
) -> None:
    answer = client.post(
        "/login",
        data={"key": KEY},
        headers={"X-Forwarded-Proto": "https"},
        environ_base={"REMOTE_ADDR": peer},
    )
    assert answer.status_code == 303
    assert ("Secure" in answer.headers["Set-Cookie"]) is is_secure


def test_a_proxy_that_nobody_named_is_told_of_once(client: FlaskClient) -> None:
    with captured("api") as lines:
        for peer in ("8.8.8.8", "10.0.0.8", "10.0.0.9"):
            find_address(client, peer, "192.0.2.8")
    [line] = [one for one in lines if "FACETALLY_TRUSTED_PROXIES" in one["message"]]
    assert line["address"] == "10.0.0.8"


def test_without_keys_nobody_beyond_a_proxy_is_answered(open_client: OpenClient) -> None:
    client = open_client(trusted_proxies=("127.0.0.1",))
    assert client.get("/v1/jobs").status_code == 200
    assert client.get("/v1/jobs", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 200
    assert client.get("/v1/jobs", headers={"X-Forwarded-For": "192.0.2.8"}).status_code == 403
