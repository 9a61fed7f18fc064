"""Metrics for Prometheus, of the whole installation: any process of the API gives the same ones."""

import platform
from collections import Counter as Numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from flask import Response
from flask_openapi3 import Tag
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from api.call_groups import CallGroup
from api.schemas.errors import ERRORS
from api.schemas.replies import PLAIN
from api.services import Services, services
from db.counters import BOUNDS, SUM, Counter, Histogram
from db.processes import LiveProcess
from db.states import ErrorCode, ItemState, JobState, ProcessRole
from db.webhooks.values import MessageState
from db.workload import Workload, read_workload
from worker.stages import Stage
from worker.version import read_version

blueprint = CallGroup("metrics", __name__, abp_tags=[Tag(name="health")], abp_responses=ERRORS)
TEXT = {"content": {"text/plain": PLAIN}}
PREFIX = "facetally_"
FINAL_STATES = (
    JobState.COMPLETED,
    JobState.COMPLETED_WITH_ERRORS,
    JobState.FAILED,
    JobState.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is said of a counter or histogram. A single label's values are shown from the start,
    with 0: else the first event of each would be no increase."""

    text: str
    labels: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


COUNTERS = {
    Counter.JOBS_SUBMITTED: _Shown("Jobs that were submitted."),
    Counter.JOBS_ENDED: _Shown("Jobs that ended.", ("state",), FINAL_STATES),
    Counter.JOBS_PAUSED: _Shown("Jobs that were paused.", ("reason",)),
    Counter.ITEMS_QUEUED: _Shown("Items that began to wait for workers."),
    Counter.ITEMS_ENDED: _Shown(
        "Items that ended.", ("state",), (ItemState.DONE, ItemState.FAILED, ItemState.CANCELLED)
    ),
    Counter.ITEMS_RETRIED: _Shown("Failed items that began to wait again."),
    Counter.ITEM_ERRORS: _Shown("Failures of items.", ("code",), tuple(ErrorCode)),
    Counter.FACES: _Shown("Faces found."),
    Counter.CHUNKS_CLAIMED: _Shown("Chunks that workers claimed."),
    Counter.CHUNKS_RELEASED: _Shown("Chunks that workers returned unfinished."),
    Counter.CHUNKS_SPLIT: _Shown("Chunks that were split after crashes."),
    Counter.CHUNK_CRASHES: _Shown(
        "Chunks taken back from workers.", ("cause",), ("seen", "unseen", "timeout")
    ),
    Counter.LEASES_EXPIRED: _Shown("Leases that ran out."),
    Counter.LEASES_LOST: _Shown("Chunks whose results were discarded, as their lease was gone."),
    Counter.SELF_CHECKS: _Shown(
        "Checks of the models of a worker.", ("result",), ("passed", "failed")
    ),
    Counter.WEBHOOK_ATTEMPTS: _Shown(
        "Messages sent to webhooks, by their state afterwards.", ("state",), tuple(MessageState)
    ),
    Counter.HTTP_REQUESTS: _Shown("Requests.", ("method", "route", "status")),
}
HISTOGRAMS = {
    Histogram.STAGE_SECONDS: _Shown("Work of a stage, at once.", ("stage",), tuple(Stage)),
    Histogram.HTTP_REQUEST_SECONDS: _Shown("Time until an answer begins.", ("route",)),
}


@blueprint.get("/metrics", responses={200: TEXT})
def show_metrics() -> Response:
    """Show metrics for Prometheus.

    Counters are rows of SQL that never fall: neither a restart nor an erased job lowers them.
    """
    opened = services()
    opened.meter.flush()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Workload(opened))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Workload(Collector):
    def __init__(self, opened: Services) -> None:
        self._opened = opened

    def collect(self) -> Iterator[Metric]:
        with self._opened.database.read() as session:
            workload = read_workload(session)
        for counter, shown in COUNTERS.items():
            yield _show_counter(counter, shown, workload.counts.get(counter, {}))
        for histogram, shown in HISTOGRAMS.items():
            yield _show_histogram(histogram, shown, workload.counts.get(histogram, {}))
        yield from _show_now(workload)
        yield from _show_processes(workload.processes)
        yield _show_build(self._opened.database.describe())


def _show_counter(
    counter: Counter, shown: _Shown, counts: Mapping[tuple[str, ...], float]
) -> Metric:
    family = CounterMetricFamily(PREFIX + counter, shown.text, labels=shown.labels)
    none: list[tuple[str, ...]] = (
        [(str(value),) for value in shown.values] if shown.labels else [()]
    )
    for labels in sorted({*none, *counts}):
        family.add_metric(labels, counts.get(labels, 0.0))
    return family


def _show_histogram(
    histogram: Histogram, shown: _Shown, counts: Mapping[tuple[str, ...], float]
) -> Metric:
    family = HistogramMetricFamily(PREFIX + histogram, shown.text, labels=shown.labels)
    bounds = [*map(str, BOUNDS[histogram]), "+Inf"]
    for labels in sorted({(str(value),) for value in shown.values} | {key[:-1] for key in counts}):
        numbers = [counts.get((*labels, str(index)), 0.0) for index in range(len(bounds))]
        buckets = list(zip(bounds, accumulate(numbers), strict=True))
        family.add_metric(labels, buckets, sum_value=counts.get((*labels, SUM), 0.0))
    return family


def _show_now(workload: Workload) -> Iterator[Metric]:
    yield _gauge("jobs", "Live jobs.", "state", workload.jobs)
    for name, text, value in (
        ("items_unfinished", "Items that wait for workers, or are worked on.", workload.items_left),
        ("chunks_leased", "Chunks that are worked on.", workload.chunks_leased),
        (
            "oldest_waiting_chunk_seconds",
            "How long a chunk of a job that is not paused has waited, at most.",
            workload.oldest_seconds,
        ),
        (
            "oldest_waiting_message_seconds",
            "How long a message to a webhook has waited to be delivered, at most.",
            workload.oldest_message_seconds,
        ),
    ):
        yield GaugeMetricFamily(PREFIX + name, text, value=value)


def _show_processes(processes: tuple[LiveProcess, ...]) -> Iterator[Metric]:
    slots: Numbers[str] = Numbers(dict.fromkeys(ProcessRole, 0))
    running: Numbers[str] = Numbers(dict.fromkeys(ProcessRole, 0))
    connections: Numbers[str] = Numbers({"sql_in_use": 0, "sql_most": 0})
    packs: Numbers[tuple[str, str, str]] = Numbers()
    for one in processes:
        slots[one.role] += one.slots
        running[one.role] += 1
        connections.update(one.gauges)
        packs.update({(one.role, pack.name, pack.version): one.slots for pack in one.packs})
    yield _gauge("slots", "Slots of running processes.", "role", slots)
    yield _gauge("processes", "Running processes.", "role", running)
    family = GaugeMetricFamily(
        PREFIX + "pack_slots", "Slots that have a pack.", labels=("role", "pack", "version")
    )
    for labels, count in sorted(packs.items()):
        family.add_metric(labels, count)
    yield family
    for name, text in (
        ("sql_in_use", "Connections to the database that the API uses."),
        ("sql_most", "Connections to the database that the API may use."),
    ):
        metric = PREFIX + name.replace("sql_", "sql_connections_")
        yield GaugeMetricFamily(metric, text, value=connections[name])


def _show_build(database: str) -> Metric:
    labels = {
        "version": read_version(),
        "python": platform.python_version(),
        "database": database,
    }
    family = GaugeMetricFamily(PREFIX + "build_info", "Versions.", labels=tuple(labels))
    family.add_metric(tuple(labels.values()), 1)
    return family


def _gauge(name: str, text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(PREFIX + name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family
