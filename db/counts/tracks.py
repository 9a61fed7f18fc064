"""People in videos, as they are counted: once, by how long they are visible, and by how long they
face the camera."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Subquery, case, func, select

from db.counts.tally import DWELL_UNITS, TENTHS_PER_SECOND, CellKey, Tally, Unit, dwell_unit_of
from db.counts.totals import CountedFace, add_face, add_picture
from db.tables.faces import FaceRow
from models.face import FRONTAL_YAW_DEGREES


def select_facing(*of_items: ColumnElement[bool]) -> Subquery:
    """For each track of some videos, the share of its faces that look towards the camera."""
    faces_camera = case((func.abs(FaceRow.yaw) <= FRONTAL_YAW_DEGREES, 1.0), else_=0.0)
    shares = select(FaceRow.item_id, FaceRow.track, func.avg(faces_camera).label("facing"))
    return (
        shares.where(FaceRow.track.is_not(None), *of_items)
        .group_by(FaceRow.item_id, FaceRow.track)
        .subquery()
    )


@dataclass(frozen=True, slots=True)
class CountedPerson:
    """A person in a video as they are counted: how long they are visible, and for which share of
    that they face the camera."""

    face: CountedFace
    seconds_visible: float
    facing: float


def add_people(
    tally: Tally, dimension_set: str, moment: str, people: Iterable[CountedPerson]
) -> int:
    """Add the people of a video who were first seen at a moment; returns how many there are."""
    by_unit: defaultdict[Unit, list[CountedFace]] = defaultdict(list)
    for person in people:
        for unit, face in list_units(person):
            by_unit[unit].append(face)
    for unit, faces in by_unit.items():
        totals = tally.under(CellKey(dimension_set, moment, unit))
        if unit in DWELL_UNITS:
            for face in faces:
                add_face(totals, face)
        else:
            add_picture(totals, faces)
    return len(by_unit[Unit.TRACK])


def list_units(person: CountedPerson) -> Iterator[tuple[Unit, CountedFace]]:
    """What a person adds to each unit; one who is too unclear is in none but that of people."""
    yield Unit.TRACK, person.face
    if not person.face.judged:
        return
    tenths = person.seconds_visible * TENTHS_PER_SECOND
    for unit, weight in ((Unit.VISIBLE, tenths), (Unit.FACING, tenths * person.facing)):
        if round(weight):
            yield unit, replace(person.face, weight=round(weight))
    yield dwell_unit_of(person.seconds_visible), person.face
