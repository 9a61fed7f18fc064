"""Evaluations are stored whole under their names, and never replaced."""

from dataclasses import replace

import pytest

from db.engine import Database
from db.reach import EVERYONE, Reach
from db.slices.bands import PRESETS
from db.slices.evaluations import (
    EvaluationExists,
    read_evaluation,
    read_evaluations,
    record_evaluation,
)
from models.statistics.calibration import correct_shares
from tests.support.work.evaluations import make_evaluation


def test_a_recorded_evaluation_is_read_unchanged(database: Database) -> None:
    with database.write() as session:
        recorded = record_evaluation(session, make_evaluation())
    with database.read() as session:
        assert read_evaluation(session, EVERYONE, "spring") == recorded
        assert read_evaluation(session, EVERYONE, "autumn") is None
    assert recorded.created_at is not None


def test_a_taken_name_is_refused_and_its_evaluation_is_unchanged(database: Database) -> None:
    with database.write() as session:
        first = record_evaluation(session, make_evaluation())
    with pytest.raises(EvaluationExists, match="another --name"), database.write() as session:
        record_evaluation(session, replace(make_evaluation(), design_effect=3.0))
    with database.read() as session:
        assert read_evaluation(session, EVERYONE, "spring") == first


def test_evaluations_are_listed_without_labeled_faces_the_newest_first(database: Database) -> None:
    for name in ("a", "b"):
        with database.write() as session:
            record_evaluation(session, make_evaluation(name))
    with database.read() as session:
        listed = read_evaluations(session, EVERYONE)
    assert sorted(one.name for one in listed) == ["a", "b"]
    assert [one.created_at for one in listed] == sorted(
        (one.created_at for one in listed), reverse=True
    )
    assert {one.labeled for one in listed} == {()}


def test_one_evaluation_corrects_any_groups(database: Database) -> None:
    with database.write() as session:
        record_evaluation(session, make_evaluation())
    with database.read() as session:
        evaluation = read_evaluation(session, EVERYONE, "spring")
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


def test_an_evaluation_of_a_tenant_is_unknown_to_others(database: Database) -> None:
    with database.write() as session:
        record_evaluation(session, make_evaluation("shared"))
        record_evaluation(session, replace(make_evaluation("own"), tenant="acme"))
    with database.read() as session:
        for tenant, names in (("acme", {"shared", "own"}), ("other", {"shared"})):
            reach = Reach(tenant)
            assert {one.name for one in read_evaluations(session, reach)} == names
            assert (read_evaluation(session, reach, "own") is not None) == ("own" in names)
