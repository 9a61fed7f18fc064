"""Headcounts of people who are put before a live source, four frames a second."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api.live.headcounter import Claim, Headcounter, LiveFrame
from api.services import Services
from db.jobs.headcounts import NewHeadcount, claim_headcount, start_headcount
from db.zones.kept import read_source_zones
from models.face import Box, Face
from tests.support.work.jobs import make_face

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
WIDTH, HEIGHT = 640, 480
WOMAN = replace(make_face(30, 0.95), box=Box(100, 100, 80, 90))
MAN = replace(make_face(50, 0.05, yaw=60), box=Box(400, 100, 80, 90))


def begin_headcount(
    services: Services,
    token: str = "one",
    *,
    source: str = "door",
    tenant: str = "default",
    keeps_times: bool = False,
) -> Headcounter:
    asked = NewHeadcount(source, tenant, keeps_times=keeps_times)
    with services.database.write() as session:
        start_headcount(session, asked)
        writes = claim_headcount(session, source, token)
        zones = read_source_zones(session, source)
    assert writes is not None
    claim = Claim(token, writes)
    return Headcounter(services.database, services.settings, asked, claim, zones)


def show(
    counter: Headcounter, faces: Sequence[Face], seconds: range, start: datetime = NOON
) -> None:
    for quarter in range(4 * seconds.start, 4 * seconds.stop):
        at = start + timedelta(seconds=quarter / 4)
        counter.add(LiveFrame(faces, at, quarter / 4, WIDTH, HEIGHT))


def at(face: Face, x: int) -> Face:
    """The same face, so far from the left."""
    return replace(face, box=replace(face.box, x=x))
