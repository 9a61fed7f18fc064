"""People in videos, as they are counted: once, by how long they are visible, and by how long they
face the camera."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, case, func, select

from db.counts.tally import TENTHS_PER_SECOND, CellKey, Tally, Unit, dwell_unit_of
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


def add_people(
    tally: Tally,
    dimension_set: str,
    moment: str,
    people: Iterable[tuple[CountedFace, Row[Any]]],
) -> int:
    """Add the people of a video who were first seen at a moment, with the rows of their tracks,
    which have `seconds_visible` and `facing`; returns how many there are."""
    found = list(people)

    def weigh(unit: Unit, weights: Iterable[int]) -> None:
        weighed = zip(found, weights, strict=True)
        faces = [
            replace(person, weight=weight)
            for (person, _), weight in weighed
            if person.judged and weight
        ]
        add_picture(tally.under(CellKey(dimension_set, moment, unit)), faces)

    counted = add_picture(
        tally.under(CellKey(dimension_set, moment, Unit.TRACK)), [person for person, _ in found]
    )
    seconds = [row.seconds_visible * TENTHS_PER_SECOND for _, row in found]
    facing = [row.facing or 0.0 for _, row in found]
    weigh(Unit.VISIBLE, [round(tenths) for tenths in seconds])
    weigh(Unit.FACING, [round(t * part) for t, part in zip(seconds, facing, strict=True)])
    for person, row in found:
        if person.judged:
            unit = dwell_unit_of(row.seconds_visible)
            add_face(tally.under(CellKey(dimension_set, moment, unit)), person)
    return counted
