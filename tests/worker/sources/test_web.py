"""Web servers are read if they are listed, within limits, and never in private networks."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from models.errors import FetchFailed, ForbiddenItem, ItemError, MissingItem, TooLargeItem
from tests.support.servers.web import Page, WebServer, answer, in_turn, trickle, without_end
from worker.addresses.address import AllowList
from worker.sources.network import is_public
from worker.sources.reader import Sources
from worker.sources.store import Store

PICTURE = b"picture" * 100


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WebServer]:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with WebServer(authority) as running:
        yield running


def read(tmp_path: Path, uri: str, *prefixes: str, seconds: float = 20.0) -> bytes:
    store = Store(f"file://{tmp_path}/store")
    allowed = AllowList(prefixes)
    with closing(Sources(store, (), 1000, allowed=allowed, seconds=seconds)) as sources:
        return sources.read(uri)


def test_a_listed_host_is_read_even_at_a_private_address(server: WebServer, tmp_path: Path) -> None:
    server.pages["/a/%C3%BC%20b.jpg"] = answer(body=PICTURE)
    assert read(tmp_path, f"{server.url}/a/ü b.jpg?v=1", f"{server.url}/a") == PICTURE
    [(path, headers)] = server.asked
    assert path == "/a/%C3%BC%20b.jpg?v=1"
    assert headers["Host"] == f"localhost:{server.server_port}"


def test_an_unlisted_address_is_never_requested(server: WebServer, tmp_path: Path) -> None:
    server.pages["/a.jpg"] = answer(body=PICTURE)
    for prefixes in ((), (f"{server.url}/b/",), ("https://",), ("https://localhost/",)):
        with pytest.raises(ForbiddenItem):
            read(tmp_path, f"{server.url}/a.jpg", *prefixes)
    assert server.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0.0.0.0",
        "2130706433", "0x7f.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "[fe80::1]",
        "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_no_private_address_is_read_unless_its_host_is_listed(tmp_path: Path, host: str) -> None:
    with pytest.raises(ForbiddenItem, match="in a private network"):
        read(tmp_path, f"https://{host}/a.jpg", "https://")


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["240.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "2001::1", "ff02::1"]
)
def test_addresses_for_special_use_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_server_without_a_certificate_that_is_trusted_is_not_read(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/a.jpg"] = answer(body=PICTURE)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(FetchFailed, match="CERTIFICATE"):
        read(tmp_path, f"{server.url}/a.jpg", f"{server.url}/", seconds=1.0)
    assert server.asked == []


def test_plain_http_is_read_where_it_is_listed(tmp_path: Path) -> None:
    with WebServer() as server:
        server.pages["/a.jpg"] = answer(body=PICTURE)
        with pytest.raises(ForbiddenItem):
            read(tmp_path, f"{server.url}/a.jpg", server.url.replace("http:", "https:"))
        assert read(tmp_path, f"{server.url}/a.jpg", server.url) == PICTURE


def test_a_few_redirects_are_followed_within_the_listed_addresses(
    server: WebServer, tmp_path: Path
) -> None:
    server.pages["/a"] = answer(302, Location="/b#part")
    server.pages["/b"] = answer(308, Location=f"{server.url}/c")
    server.pages["/c"] = answer(body=PICTURE)
    server.pages["/loop"] = answer(301, Location="/loop")
    assert read(tmp_path, f"{server.url}/a", server.url) == PICTURE
    with pytest.raises(MissingItem, match="redirects"):
        read(tmp_path, f"{server.url}/loop", server.url)


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/", "https://169.254.169.254/latest", "http://localhost/", "s3://listed/a",
        "file:///etc/passwd", "https://localhost@127.0.0.1/", "https://other.example:1/",
        "/public/%2e%2e/a", "https://[",
    ],
)  # fmt: skip
def test_a_redirect_to_a_forbidden_address_is_not_followed(
    server: WebServer, tmp_path: Path, location: str
) -> None:
    server.pages["/a"] = answer(302, Location=location)
    with pytest.raises(ItemError) as refused:
        read(tmp_path, f"{server.url}/a", server.url, "https://", "s3://listed")
    assert not isinstance(refused.value, FetchFailed)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, MissingItem), (410, MissingItem), (400, MissingItem), (204, MissingItem),
        (401, ForbiddenItem), (403, ForbiddenItem),
    ],
)  # fmt: skip
def test_a_response_without_a_file_fails_the_item_at_once(
    server: WebServer, tmp_path: Path, status: int, error: type[ItemError]
) -> None:
    server.pages["/a"] = answer(status)
    with pytest.raises(error, match=f"answered {status}"):
        read(tmp_path, f"{server.url}/a", server.url)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "page",
    [answer(500), answer(429), answer(body=b"half", Content_Length="700", Connection="close")],
    ids=["fault", "too busy", "cut off"],
)
def test_a_server_that_is_briefly_unavailable_is_asked_again(
    server: WebServer, tmp_path: Path, page: Page
) -> None:
    server.pages["/a"] = in_turn(page, answer(body=PICTURE))
    assert read(tmp_path, f"{server.url}/a", server.url) == PICTURE
    assert len(server.asked) == 2


def test_a_server_that_stays_unavailable_fails_the_item_with_its_last_response(
    server: WebServer, tmp_path: Path
) -> None:
    server.pages["/a"] = answer(503)
    with pytest.raises(FetchFailed, match="503 Service Unavailable"):
        read(tmp_path, f"{server.url}/a", server.url, seconds=1.0)
    assert len(server.asked) > 1


def test_a_closed_port_fails_the_item(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="Reading from"):
        read(tmp_path, "https://localhost:1/a", "https://localhost:1", seconds=60.0)


def test_a_slow_server_cannot_extend_the_deadline(server: WebServer, tmp_path: Path) -> None:
    server.pages["/a"] = trickle
    with pytest.raises(FetchFailed, match=r"within 0\.3 seconds"):
        read(tmp_path, f"{server.url}/a", server.url, seconds=0.3)


@pytest.mark.parametrize(
    "page", [answer(body=b"x" * 1001), without_end], ids=["announced", "endless"]
)
def test_no_more_is_read_than_the_limit_of_an_item(
    server: WebServer, tmp_path: Path, page: Page
) -> None:
    server.pages["/a"] = page
    with pytest.raises(TooLargeItem, match="1000"):
        read(tmp_path, f"{server.url}/a", server.url)


def test_a_proxy_or_password_of_the_environment_is_not_used(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine localhost login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.pages["/a"] = answer(body=PICTURE)
    assert read(tmp_path, f"{server.url}/a", server.url) == PICTURE
    assert "Authorization" not in server.asked[0][1]
