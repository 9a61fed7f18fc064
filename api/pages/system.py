"""System: health, workload, throughput, processes and versions."""

import platform
from importlib.metadata import version

from flask import Blueprint, Response

from api.layout.rendering import show
from api.operator_views.health import check_health
from api.operator_views.packs import read_packs
from api.services import services
from db.counters import Counter
from db.states import ItemState
from db.workload import count_recent, read_workload

blueprint = Blueprint("system_page", __name__)
RECENT_SECONDS = 60.0


@blueprint.get("/system")
def show_page() -> Response:
    """The page, which refreshes itself every few seconds."""
    opened = services()
    with opened.database.read() as session:
        workload = read_workload(session)
        rate = count_recent(session, RECENT_SECONDS) / RECENT_SECONDS
    return show(
        "system.html",
        checks=check_health(opened),
        workload=workload,
        processes=workload.processes,
        ended={state.value: workload.count(Counter.ITEMS_ENDED, state) for state in ItemState},
        faces=workload.count(Counter.FACES),
        rate=rate,
        versions=(
            f"Facetally {version('facetally')}",
            f"Python {platform.python_version()}",
            opened.database.describe(),
        ),
        packs=read_packs(),
    )
