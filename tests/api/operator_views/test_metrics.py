"""Metrics: of all processes together, counted and not scanned, without an end of labels."""

from flask.testing import FlaskClient
from prometheus_client.samples import Sample

from api.metering.meter import Meter
from db.counters import Counter, Histogram
from db.engine import Database
from db.processes import read_processes
from db.states import ProcessRole
from tests.support.answers.http import OpenClient, upload
from tests.support.answers.metrics import read_value, scrape
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import work_until_done
from worker.settings import Settings
from worker.stages import Stage


def test_every_counter_and_histogram_is_shown_from_the_start(client: FlaskClient) -> None:
    text = client.get("/metrics").text
    for counter in Counter:
        assert f"# TYPE facetally_{counter}_total counter" in text
    for histogram in Histogram:
        assert f"# TYPE facetally_{histogram} histogram" in text
    samples = scrape(client)
    assert read_value(samples, "facetally_items_ended_total", state="failed") == 0
    assert read_value(samples, "facetally_item_errors_total", code="timeout") == 0
    assert read_value(samples, "facetally_slots", role="bulk") == 0
    assert read_value(samples, "facetally_oldest_waiting_chunk_seconds") == 0


def test_a_job_is_counted_from_submission_to_its_end(
    client: FlaskClient, settings: Settings
) -> None:
    upload(client, {"a.png": encode_scene("PNG"), "b.png": b"no picture"})
    samples = scrape(client)
    assert read_value(samples, "facetally_jobs", state="queued") == 1
    assert read_value(samples, "facetally_items_unfinished") == 2

    work_until_done(settings)
    samples = scrape(client)

    assert read_value(samples, "facetally_jobs_ended_total", state="completed_with_errors") == 1
    assert read_value(samples, "facetally_items_ended_total", state="done") == 1
    assert read_value(samples, "facetally_items_unfinished") == 0
    for stage in (Stage.FETCH, Stage.DECODE):
        assert read_value(samples, "facetally_stage_seconds_count", stage=stage) == 2
    assert read_value(samples, "facetally_stage_seconds_count", stage=Stage.DETECT) == 1
    assert read_value(samples, "facetally_chunks_claimed_total") >= 1


def test_buckets_are_cumulated(client: FlaskClient) -> None:
    client.get("/v1/jobs/7")
    buckets = [
        sample.value
        for sample in scrape(client)
        if sample.name == "facetally_http_request_seconds_bucket"
        and sample.labels["route"] == "/v1/jobs/<int:job_id>"
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 1


def count_requests(samples: list[Sample]) -> dict[tuple[str, str, str], float]:
    return {
        (one.labels["method"], one.labels["route"], one.labels["status"]): one.value
        for one in samples
        if one.name == "facetally_http_requests_total"
    }


def test_requests_are_counted_by_route_of_every_process(open_client: OpenClient) -> None:
    first, second = open_client(), open_client()
    for path in ("/v1/jobs/7", "/v1/jobs/8", "/nowhere", "/elsewhere"):
        first.get(path)
    second.open("/v1/jobs", method="BREW")
    scrape(first)
    counted = count_requests(scrape(second))

    assert counted == {
        ("GET", "/v1/jobs/<int:job_id>", "404"): 2,
        ("GET", "none", "404"): 2,
        ("other", "none", "405"): 1,
    }


def test_a_process_of_the_api_is_listed_while_it_runs(database: Database) -> None:
    meter = Meter(database, slots=12)
    meter.count_request("GET", "/v1/jobs", 200, 0.01)
    meter.start()
    meter.close()
    with database.read() as session:
        assert read_processes(session) == []
    meter.flush()
    with database.read() as session:
        [process] = read_processes(session)
    assert (process.role, process.slots) == (ProcessRole.API, 12)
    assert process.gauges["sql_in_use"] <= process.gauges["sql_most"]
