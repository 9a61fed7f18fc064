"""Evaluations of the models on labeled pictures, stored by name, which correct shares."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from db.pack_values import PackVersion
from db.reach import ALL_TENANTS, Reach
from db.slices.bands import Band
from db.tables.audience import EvaluationRow
from models.accuracy.accuracy import Accuracy
from models.errors import FacetallyError
from models.statistics.confusion import Confusion, LabeledFaces, tabulate_confusion

ACCURACY = TypeAdapter(Accuracy)


class EvaluationExists(FacetallyError):
    """An evaluation is never replaced, as others refer to its name: use another name."""


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """The settings that shares depend on: it corrects only jobs analyzed with the same ones."""

    detection_side: int
    score_threshold: float
    smallest_face_pixels: int
    gender_min_probability: float
    quality_min: float


@dataclass(frozen=True, slots=True)
class EvaluationCounts:
    """The outcomes of the labeled rows; `problems` are counts by code."""

    rows: int
    pictures: int  # that were readable
    faces: int  # labeled ones that were found
    several_faces: int  # pictures with several faces and no boxes: the most prominent was taken
    problems: dict[str, int]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How accurate the models were on labeled pictures, and the counts to correct shares with."""

    name: str
    pack: PackVersion
    settings: EvaluationSettings
    counts: EvaluationCounts
    accuracy: Accuracy
    labeled: tuple[LabeledFaces, ...]
    design_effect: float  # of the labeled faces within their subjects
    created_at: datetime | None = None  # None until it is recorded
    tenant: str = ALL_TENANTS  # whose jobs it may correct

    def confusion(self, *, by_gender: bool, bands: Sequence[Band] | None) -> Confusion:
        """The confusion of these groups, for `correct_shares`."""
        return tabulate_confusion(
            self.labeled, by_gender=by_gender, bands=bands, design_effect=self.design_effect
        )


def record_evaluation(session: Session, evaluation: Evaluation) -> Evaluation:
    """Returns it with its time of creation. Raises EvaluationExists if its name is taken."""
    row = insert(EvaluationRow).values(
        name=evaluation.name,
        tenant=evaluation.tenant,
        pack=evaluation.pack.to_json(),
        settings=_dump(EvaluationSettings, evaluation.settings),
        counts=_dump(EvaluationCounts, evaluation.counts),
        accuracy=_dump(Accuracy, evaluation.accuracy),
        labeled=[list(astuple(faces)) for faces in evaluation.labeled],
        design_effect=evaluation.design_effect,
    )
    try:
        created_at = session.execute(row.returning(EvaluationRow.created_at)).scalar_one()
    except IntegrityError as error:
        raise EvaluationExists(
            f"An evaluation named {evaluation.name!r} already exists; use another --name."
        ) from error
    return replace(evaluation, created_at=created_at)


def read_evaluation(session: Session, reach: Reach, name: str) -> Evaluation | None:
    """The evaluation of this name, with its labeled faces."""
    query = (
        select(EvaluationRow)
        .where(EvaluationRow.name == name, *_serve(reach))
        .options(undefer(EvaluationRow.labeled))
    )
    row = session.scalars(query).one_or_none()
    return None if row is None else replace(_read_row(row), labeled=_read_labeled(row))


def read_evaluations(session: Session, reach: Reach) -> list[Evaluation]:
    """All evaluations without their labeled faces, the newest first."""
    query = select(EvaluationRow).where(*_serve(reach))
    ordered = query.order_by(EvaluationRow.created_at.desc(), EvaluationRow.name)
    return [_read_row(row) for row in session.scalars(ordered)]


def _serve(reach: Reach) -> list[ColumnElement[bool]]:
    """Those of a tenant, and those that were stored for all."""
    return [
        or_(one, EvaluationRow.tenant == ALL_TENANTS) for one in reach.match(EvaluationRow.tenant)
    ]


def _read_row(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        name=row.name,
        pack=PackVersion.of(row.pack),
        settings=EvaluationSettings(**row.settings),
        counts=EvaluationCounts(**row.counts),
        accuracy=ACCURACY.validate_python(row.accuracy),
        labeled=(),
        design_effect=row.design_effect,
        created_at=row.created_at,
        tenant=row.tenant,
    )


def _read_labeled(row: EvaluationRow) -> tuple[LabeledFaces, ...]:
    return tuple(LabeledFaces(*faces) for faces in row.labeled)


def _dump(kind: type[object], value: object) -> object:
    return TypeAdapter(kind).dump_python(value, mode="json")
