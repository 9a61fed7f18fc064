"""Redis by TLS: everything of ours that talks to it checks its certificate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as NoConnection

from api.access.callers import Caller
from api.access.limiter import Limiter
from api.access.rights import ANY_KEY
from cli.stack.reachability import find_unreachable
from db.access.key_values import Scope
from db.engine import Database
from db.reach import Reach
from tests.support.servers.tls import relay_tls
from tests.support.work.jobs import submit
from worker.queue.broker import BULK_QUEUE, RUN_CHUNK, connect, create_queue
from worker.queue.hints import HintWindow
from worker.settings import Settings

TENANT = Caller("of the test", Reach("acme"), frozenset(Scope))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def address(authority: trustme.CA, redis_url: str) -> Iterator[str]:
    with relay_tls(authority, Path(redis_url.removeprefix("unix://"))) as port:
        yield f"rediss://localhost:{port}/0"


@pytest.fixture
def trusting(address: str, authority: trustme.CA, tmp_path: Path) -> str:
    own = authority.issue_cert("worker.example")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    own.private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    own = f"ssl_certfile={tmp_path}/own.pem&ssl_keyfile={tmp_path}/own.pem"
    return f"{address}?ssl_ca_certs={tmp_path}/ca.pem&{own}"


def test_hints_and_limits_go_by_tls(trusting: str, database: Database, settings: Settings) -> None:
    with connect(trusting) as client, create_queue(trusting) as queue:
        client.flushall()
        submit(database, items=3, chunk_items=1)
        assert HintWindow(database, queue, resend_seconds=30).fill() == 3
        assert client.llen(BULK_QUEUE) == 3
    limiter = Limiter(trusting, requests_per_minute=9, audiences_per_day=0)
    [(_, _, left, _)] = limiter.count(TENANT, ANY_KEY)
    [(_, _, less, _)] = limiter.count(TENANT, ANY_KEY)
    limiter.close()
    assert (left, less) == (8, 7)
    assert not list(find_unreachable(settings.model_copy(update={"redis_url": trusting})))


def test_a_certificate_that_nobody_vouches_for_is_refused(address: str, settings: Settings) -> None:
    with connect(address) as client, pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED"):
        client.ping()
    # Another database: Celery keeps connections by address, those of other tests as well.
    other = f"{address[:-1]}5"
    with create_queue(other) as queue, pytest.raises(OperationalError, match="CERTIFICATE"):
        queue.send_task(RUN_CHUNK, args=[1], queue=BULK_QUEUE)
    [told] = find_unreachable(settings.model_copy(update={"redis_url": address}))
    assert told.startswith(f"The queue at {address[9:-2]} does not answer: ")
    assert told.endswith("?ssl_ca_certs=/PATH in FACETALLY_REDIS_URL.")


def test_a_certificate_of_another_name_is_refused(
    authority: trustme.CA, redis_url: str, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    socket = Path(redis_url.removeprefix("unix://"))
    with relay_tls(authority, socket, "other.example") as port:
        url = f"rediss://localhost:{port}/0?ssl_ca_certs={tmp_path}/ca.pem"
        with connect(url) as client, pytest.raises(NoConnection, match="ostname"):
            client.ping()
        with create_queue(url) as queue, pytest.raises(OperationalError, match="ostname"):
            queue.send_task(RUN_CHUNK, args=[1], queue=BULK_QUEUE)


@pytest.mark.parametrize("url", ["rediss://localhost:{port}/0?ssl_ca_certs=/none.pem"])
def test_an_authority_that_is_not_there_is_a_sentence(
    url: str, address: str, settings: Settings
) -> None:
    port = address.removesuffix("/0").rpartition(":")[2]
    redis_url = url.format(port=port)
    [told] = find_unreachable(settings.model_copy(update={"redis_url": redis_url}))
    assert told.startswith(f"The queue at localhost:{port} does not answer: ")
