"""System: health, workload, throughput, processes and versions."""

import platform
from datetime import UTC, datetime

from flask import Blueprint, Response

from api.layout.paces import describe_span
from api.layout.rendering import show
from api.layout.texts import Texts, choose_texts
from api.metering.response_times import find_response_times
from api.operator_views.health import check_health
from api.operator_views.packs import read_packs
from api.services import services
from db.counters import Counter
from db.states import ItemState
from db.workload import read_history, read_workload
from worker.version import read_version

blueprint = Blueprint("system_page", __name__)


@blueprint.get("/system")
def show_page() -> Response:
    """The page, which refreshes itself every few seconds."""
    opened, text, now = services(), choose_texts(), datetime.now(UTC)
    with opened.database.read() as session:
        workload = read_workload(session)
        history = read_history(session)
    return show(
        "system.html",
        checks=check_health(opened),
        workload=workload,
        processes=workload.processes,
        ended={state.value: workload.count(Counter.ITEMS_ENDED, state) for state in ItemState},
        faces=workload.count(Counter.FACES),
        history=history,
        response_times=find_response_times(workload.counts),
        uptimes={
            one.name: describe_span((now - one.started_at).total_seconds(), text)
            for one in workload.processes
        },
        drain=describe_drain(workload.items_left, history[-1], text),
        versions=(
            f"Facetally {read_version()}",
            f"Python {platform.python_version()}",
            opened.database.describe(),
        ),
        packs=read_packs(),
    )


def describe_drain(items: int, ended_in_minute: int, text: Texts) -> str:
    """How long what waits will take at the pace of the last minute; "" if that says nothing."""
    if not items:
        return text("system.idle")
    if not ended_in_minute:
        return ""
    return text("system.drain", time=describe_span(60 * items / ended_in_minute, text))
