"""Liveness and readiness."""

from http import HTTPStatus

from flask import Response
from flask_openapi3 import Tag
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.call_groups import CallGroup
from api.operator_schemas.health import HealthOut
from api.schemas.errors import ERRORS
from api.schemas.replies import reply
from api.services import Services, services
from db.processes import count_slots
from db.states import ProcessRole
from worker.queue.broker import connect

blueprint = CallGroup("health", __name__, abp_tags=[Tag(name="health")], abp_responses=ERRORS)
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
