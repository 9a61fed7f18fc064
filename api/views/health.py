"""Liveness, readiness and metrics."""

from collections.abc import Iterator
from http import HTTPStatus

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.schemas.errors import ERRORS
from api.schemas.health import HealthOut
from api.schemas.replies import PLAIN, reply
from api.services import Services, services
from db.engine import Database
from db.processes import count_slots
from db.states import ProcessRole
from db.workload import read_workload
from worker.queue.broker import connect

blueprint = APIBlueprint("health", __name__, abp_tags=[Tag(name="health")], abp_responses=ERRORS)
TEXT = {"content": {"text/plain": PLAIN}}
HEALTHY, UNAVAILABLE, NONE_RUNNING = "ok", "unavailable", "none is running"


@blueprint.get("/healthz", responses={200: HealthOut})
def show_liveness() -> Response:
    """Say that this process answers."""
    return reply(HealthOut(status="ok"))


@blueprint.get("/readyz", responses={200: HealthOut, 503: HealthOut})
def show_readiness() -> Response:
    """Say whether jobs can be submitted and processed.

    503 means that the database is unavailable. `degraded` means that jobs are accepted but have to
    wait; `checks` says for what.
    """
    checks = check_health(services())
    if checks["database"] != HEALTHY:
        return reply(HealthOut(status="unavailable", checks=checks), HTTPStatus.SERVICE_UNAVAILABLE)
    needed = ("queue", "dispatcher", "workers")
    works = all(checks[name] == HEALTHY for name in needed)
    return reply(HealthOut(status="ok" if works else "degraded", checks=checks))


def check_health(opened: Services) -> dict[str, str]:
    """The state of each part of the system: `ok`, or what is wrong."""
    roles = {
        "workers": ProcessRole.BULK,
        "interactive": ProcessRole.INTERACTIVE,
        "dispatcher": ProcessRole.DISPATCHER,
    }
    try:
        with opened.database.read() as session:
            alive = {name: count_slots(session, role) for name, role in roles.items()}
    except SQLAlchemyError:
        return {"database": UNAVAILABLE}
    checks = {name: HEALTHY if slots else NONE_RUNNING for name, slots in alive.items()}
    return {"database": HEALTHY, "queue": _check_queue(opened.settings.redis_url), **checks}


def _check_queue(redis_url: str) -> str:
    try:
        with connect(redis_url) as client:
            client.ping()
    except RedisError:
        return UNAVAILABLE
    return HEALTHY


@blueprint.get("/metrics", responses={200: TEXT})
def show_metrics() -> Response:
    """Show counts for Prometheus.

    They are read from SQL, so a crashed worker or an emptied Redis does not change them.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_WorkloadCollector(services().database))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _WorkloadCollector(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._database.read() as session:
            workload = read_workload(session)
        yield _gauge("facetally_jobs", "Jobs by state.", "state", workload.jobs)
        yield _gauge("facetally_chunks", "Chunks by state.", "state", workload.chunks)
        yield _gauge(
            "facetally_slots", "Slots of running processes by role.", "role", workload.slots
        )
        yield _gauge("facetally_items", "Items by state.", "state", workload.items)
        yield GaugeMetricFamily("facetally_faces", "Faces found.", value=workload.faces)


def _gauge(name: str, text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family
