"""Which nets are trained on which faces, and tables that do not allow a training."""

import numpy as np
import pytest

from training.errors import TrainingError
from training.faces.faceset import FaceSet
from training.faces.rows import PreparedRow
from training.options import NetKind, TrainingOptions
from training.plan import make_plan
from training.targets import Labels, Target

BANDS = (("0-17", 0, 17), ("18-59", 18, 59))
OPTIONS = TrainingOptions(nets=(NetKind.CNN1, NetKind.CNN2), ages=BANDS, leave_out=(), folds=2)
BY_GENDER = TrainingOptions(
    nets=(NetKind.CNN1,), ages=BANDS, leave_out=(), folds=2, age_by_gender=True
)


def make_faces(rows):
    """Faces of (subject, age, gender, split)."""
    prepared = tuple(
        PreparedRow(number + 2, f"{number}.jpg", subject, age, gender, split, ())
        for number, (subject, age, gender, split) in enumerate(rows)
    )
    subjects = [row.subject for row in prepared]
    groups = np.unique(subjects, return_inverse=True)[1] if subjects else np.array([], int)
    labels = Labels.of([row.age_years for row in prepared], [row.gender for row in prepared], BANDS)
    return FaceSet(prepared, np.arange(len(rows)), labels, groups)


def list_faces(people=8, split=lambda _: ""):
    """Two faces of each person; every age and gender in turn."""
    kinds = [(10, "female"), (10, "male"), (40, "female"), (40, "male")]
    return [
        (f"person {number}", *kinds[number % 4], split(number))
        for number in range(people)
        for _ in range(2)
    ]


def test_every_face_is_held_out_once_and_the_last_run_trains_on_all():
    faces = make_faces(list_faces())

    plan = make_plan(faces, [], OPTIONS)

    assert plan.targets == (Target.GENDER, Target.AGE)
    assert [run.name for run in plan.runs] == ["fold-1", "fold-2", "all"]
    assert sum(run.held_out.astype(int) for run in plan.runs).tolist() == [1] * len(faces)
    assert all((run.trained != run.held_out).all() for run in plan.runs)
    assert len(plan.list_nets()) == 3 * 2 * 2


def test_no_subject_is_both_trained_and_measured_on():
    faces = make_faces(list_faces())

    for run in make_plan(faces, [], OPTIONS).runs:
        assert not set(faces.groups[run.trained]) & set(faces.groups[run.held_out])


def test_nets_of_ages_by_gender_replace_the_one_for_all():
    plan = make_plan(make_faces(list_faces()), [], BY_GENDER)

    assert plan.targets == (Target.GENDER, Target.AGE_OF_FEMALE, Target.AGE_OF_MALE)


@pytest.mark.parametrize(
    ("age", "gender", "targets"), [(None, 1, (Target.GENDER,)), (1, None, (Target.AGE,))]
)
def test_only_what_is_labeled_is_trained(age, gender, targets):
    rows = [
        (subject, age and years, gender and word, split)
        for subject, years, word, split in list_faces()
    ]

    assert make_plan(make_faces(rows), [], OPTIONS).targets == targets


def test_a_split_of_training_and_test_is_one_run():
    faces = make_faces(list_faces(8, lambda number: "test" if number >= 4 else "train"))

    [run] = make_plan(faces, ["test", "train"], OPTIONS).runs

    assert run.held_out.tolist() == [False] * 8 + [True] * 8
    assert (run.trained != run.held_out).all()


def test_named_folds_are_held_out_in_turn():
    faces = make_faces(list_faces(8, lambda number: "ab"[number // 4]))

    runs = make_plan(faces, ["a", "b"], OPTIONS).runs

    assert [run.name for run in runs] == ["split-a", "split-b", "all"]


def drop(rows, unwanted):
    return [row for row in rows if not unwanted(*row)]


@pytest.mark.parametrize(
    ("rows", "splits", "options", "message"),
    [
        ([], [], OPTIONS, "No face is left to train on"),
        ([("ann", 10, "female", "")] * 9, [], OPTIONS, "All 9 faces are of one subject, ann"),
        (list_faces(2), [], OPTIONS, "of 2 subjects, and 2 folds need at least 3"),
        (
            drop(list_faces(), lambda _, age, *__: age == 40),
            [],
            OPTIONS,
            "No face with an age of 18-59 is left in what fold-1 trains on.*--ages",
        ),
        (
            drop(list_faces(), lambda _, __, gender, ___: gender == "male"),
            [],
            OPTIONS,
            "No male face is left in what fold-1 trains on",
        ),
        (
            drop(list_faces(), lambda _, age, gender, __: (age, gender) == (10, "male")),
            [],
            BY_GENDER,
            "No male face with an age of 0-17 is left",
        ),
        (
            [(subject, age, None, "") for subject, age, *_ in list_faces()],
            [],
            BY_GENDER,
            "need faces labeled with an age and a gender",
        ),
        (list_faces(8, lambda _: "train"), ["train"], OPTIONS, "names no part to measure on"),
        (
            list_faces(8, lambda _: "train"),
            ["test", "train"],
            OPTIONS,
            "No face is left in the split test",
        ),
        (
            [*list_faces(8, lambda number: "ab"[number // 4]), ("person 0", 10, "female", "b")],
            ["a", "b"],
            OPTIONS,
            "Lines 2 and 18 show the same subject.* in the splits a and b",
        ),
    ],
    ids=[
        "no face", "one subject", "too few subjects", "no face of an age", "no face of a gender",
        "no face of an age and gender", "ages by gender without genders", "nothing held out",
        "a fold without faces", "a subject in two splits",
    ],
)  # fmt: skip
def test_a_table_that_allows_no_training_is_one_sentence(rows, splits, options, message):
    with pytest.raises(TrainingError, match=message):
        make_plan(make_faces(rows), splits, options)
