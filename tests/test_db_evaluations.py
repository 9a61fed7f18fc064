"""Evaluations are kept under their names, whole, and never replaced."""

from dataclasses import replace

import pytest
from judged_for_tests import judge

from db.bands import PRESETS
from db.engine import Database
from db.evaluations import (
    Evaluation,
    EvaluationCounts,
    EvaluationExists,
    EvaluationSettings,
    read_evaluation,
    read_evaluations,
    record_evaluation,
)
from models.calibration import correct_shares
from models.judged import count_labelled
from models.measurement import measure_accuracy

PICTURES = [
    judge(age, gender, age + 2.0, female, subject=f"{gender}{number}")
    for number, age in enumerate(range(2, 95, 3))
    for gender, female in (("female", 0.9), ("male", 0.2 + number % 2 * 0.25))
]


def make_evaluation(name: str = "spring") -> Evaluation:
    return Evaluation(
        name=name,
        nets={"age.onnx": "0" * 64},
        settings=EvaluationSettings(640, 0.7, 24, 0.6),
        counts=EvaluationCounts(62, 61, 60, 2, {"no_face": 1, "unreadable": 1}),
        accuracy=measure_accuracy(PICTURES, PRESETS, "marketing"),
        labelled=count_labelled(PICTURES),
        design_effect=1.5,
    )


def test_what_is_recorded_is_read_again(database: Database) -> None:
    with database.write() as session:
        recorded = record_evaluation(session, make_evaluation())
    with database.read() as session:
        assert read_evaluation(session, "spring") == recorded
        assert read_evaluation(session, "autumn") is None
    assert recorded.created_at is not None


def test_a_name_that_is_taken_is_refused_and_what_it_names_stays(database: Database) -> None:
    with database.write() as session:
        first = record_evaluation(session, make_evaluation())
    with pytest.raises(EvaluationExists, match="another --name"), database.write() as session:
        record_evaluation(session, replace(make_evaluation(), design_effect=3.0))
    with database.read() as session:
        assert read_evaluation(session, "spring") == first


def test_they_are_listed_without_their_counts_the_newest_first(database: Database) -> None:
    for name in ("a", "b"):
        with database.write() as session:
            record_evaluation(session, make_evaluation(name))
    with database.read() as session:
        listed = read_evaluations(session)
    assert sorted(one.name for one in listed) == ["a", "b"]
    assert [one.created_at for one in listed] == sorted(
        (one.created_at for one in listed), reverse=True
    )
    assert {one.labelled for one in listed} == {()}


def test_one_evaluation_corrects_any_groups(database: Database) -> None:
    with database.write() as session:
        record_evaluation(session, make_evaluation())
    with database.read() as session:
        evaluation = read_evaluation(session, "spring")
    assert evaluation is not None
    for by_gender, bands in (
        (True, None),
        (False, PRESETS["life_stage"]),
        (True, PRESETS["adience"]),
    ):
        confusion = evaluation.confusion(by_gender=by_gender, bands=bands)
        assert confusion.design_effect == 1.5
        seen = dict.fromkeys(confusion.predictions, 10)
        shares = correct_shares(confusion, seen)
        assert len(shares) == (2 if by_gender else 1) * len(bands or "x")
