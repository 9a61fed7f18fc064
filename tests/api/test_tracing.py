"""One trace leads from a request to the recorded chunk; a collector that is away costs nothing."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from flask.testing import FlaskClient
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlalchemy import select, update

from api.services import EXTENSION
from db.engine import Database
from db.tables.jobs import JobRow
from tests.support.answers.http import OpenClient, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.servers.collector import Collector, collecting, read_values
from tests.support.servers.receivers import hang
from tests.support.servers.web import answer
from tests.support.work.jobs import hints
from tests.support.work.worker import open_worker
from worker.settings import Settings
from worker.stages import Stage
from worker.traces.opening import open_tracing

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def close(client: FlaskClient) -> None:
    client.application.extensions[EXTENSION].tracing.close()


def work(settings: Settings, collector: Collector) -> None:
    """Work on every chunk, as a pool child that sends traces."""
    database = Database(settings.database_url)
    tracing = open_tracing(collector.url, "facetally-worker")
    runner = open_worker(settings, database, tracing=tracing)
    for chunk_id in hints(database, resend_seconds=-1):
        runner.run(chunk_id, "task")
    assert tracing is not None
    tracing.close()
    database.close()


def read_parent(settings: Settings) -> str | None:
    database = Database(settings.database_url)
    with database.read() as session:
        parent = session.scalar(select(JobRow.trace_parent))
    database.close()
    return parent


def test_a_trace_leads_from_the_request_to_the_recorded_chunk(
    open_client: OpenClient, settings: Settings
) -> None:
    with collecting() as collector:
        client = open_client(tracing_endpoint=collector.url)
        upload(client, {"a.png": encode_scene("PNG")})
        close(client)
        work(settings, collector)
    request, hint, chunk = map(collector.find_one, ("POST /v1/jobs", "hint", "chunk"))
    assert {span.trace_id for span in collector.spans} == {request.trace_id}
    assert collector.services == {"facetally-api", "facetally-worker"}
    assert (hint.parent_span_id, chunk.parent_span_id) == (request.span_id, hint.span_id)
    assert read_values(request)["http.response.status_code"] == 202
    assert read_values(request)["facetally.job_id"] == read_values(chunk)["facetally.job_id"] == 1
    assert read_values(chunk)["facetally.items"] == 1
    stages = [collector.find_one(stage) for stage in Stage if stage is not Stage.EMBED]
    assert {stage.parent_span_id for stage in stages} == {chunk.span_id}
    assert [read_values(stage)["facetally.count"] for stage in stages] == [1] * 5
    for stage in stages:
        assert chunk.start_time_unix_nano <= stage.start_time_unix_nano
        assert stage.start_time_unix_nano <= stage.end_time_unix_nano <= chunk.end_time_unix_nano
    assert request.start_time_unix_nano <= hint.start_time_unix_nano <= hint.end_time_unix_nano


def test_the_trace_of_a_caller_is_continued(open_client: OpenClient) -> None:
    with collecting() as collector:
        client = open_client(tracing_endpoint=collector.url)
        client.get("/v1/jobs/7", headers={"traceparent": PARENT})
        close(client)
    span = collector.find_one("GET /v1/jobs/<int:job_id>")
    assert f"00-{span.trace_id.hex()}-{span.parent_span_id.hex()}-01" == PARENT
    assert span.kind == Span.SPAN_KIND_SERVER


@pytest.mark.parametrize(
    "parent",
    [
        "nonsense",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        PARENT + "a" * 100_000,
        PARENT.replace("00-", "ff-", 1),
        f"{PARENT}, {PARENT}",
        "00-" + "é" * 32 + "-b7ad6b7169203331-01",
    ],
    ids=["nonsense", "zero", "huge", "version", "twice", "letters"],
)
def test_a_forged_parent_begins_a_trace_of_its_own(
    open_client: OpenClient, settings: Settings, parent: str
) -> None:
    with collecting() as collector:
        client = open_client(tracing_endpoint=collector.url)
        headers = {"traceparent": parent.encode().decode("latin-1")}
        made = client.post("/v1/jobs", json={"draft": True}, headers=headers)
        assert made.status_code == 202
        close(client)
    span = collector.find_one("POST /v1/jobs")
    assert span.parent_span_id == b""
    stored = read_parent(settings)
    assert stored is not None
    assert stored.startswith(f"00-{span.trace_id.hex()}-{span.span_id.hex()}-")


def test_a_chunk_of_an_old_job_has_a_trace_of_its_own_with_a_link(
    open_client: OpenClient, settings: Settings
) -> None:
    with collecting() as collector:
        client = open_client(tracing_endpoint=collector.url)
        upload(client, {"a.png": b"no picture"})
        close(client)
        database = Database(settings.database_url)
        with database.write() as session:
            old = datetime.now(UTC) - timedelta(days=400)
            session.execute(update(JobRow).values(created_at=old))
        database.close()
        work(settings, collector)
    request, hint, chunk = map(collector.find_one, ("POST /v1/jobs", "hint", "chunk"))
    assert hint.trace_id == chunk.trace_id != request.trace_id
    assert [link.span_id for link in hint.links] == [request.span_id]


def test_an_error_of_the_server_is_one_of_its_span(open_client: OpenClient) -> None:
    with collecting() as collector:
        client = open_client(tracing_endpoint=collector.url, redis_url="redis://127.0.0.1:1/0")
        client.post("/v1/analyze", data=encode_scene("PNG"), content_type="image/png")
        client.get("/v1/nothing")
        close(client)
    assert collector.find_one("POST /v1/analyze").status.code == Status.STATUS_CODE_ERROR
    assert collector.find_one("GET").status.code == Status.STATUS_CODE_UNSET


@pytest.mark.parametrize("page", [answer(503), hang], ids=["refuses", "hangs"])
def test_a_collector_that_fails_holds_up_nobody(
    open_client: OpenClient,
    page: object,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # More spans come than are kept.
    for name in ("OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"):
        monkeypatch.setenv(name, "100")
    with collecting(page) as collector:  # type: ignore[arg-type]
        client = open_client(tracing_endpoint=collector.url)
        started = monotonic()
        for _ in range(300):
            client.get("/healthz")
        answered = monotonic()
        close(client)
        closed = monotonic()
    # It would take far longer to wait for it even once in ten.
    assert answered - started < 120
    assert closed - answered < 30
    lines = [one for one in caplog.records if one.name.startswith(("opentelemetry", "worker"))]
    assert len(lines) <= 1
