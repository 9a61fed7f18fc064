"""What is found wrong with rows, and what is left out."""

from dataclasses import replace

import pytest

from training.faces.cleaning import clean_rows
from training.faces.findings import LEFT_OUT_BY_DEFAULT
from training.faces.rows import PackEstimate, PreparedRow

BANDS = (("0-17", 0, 17), ("18-59", 18, 59))
ESTIMATE = PackEstimate(years=30.0, low=22, high=38, female=0.9)
OLD = PackEstimate(years=70.0, low=61, high=80, female=0.9)
# Hashes that have nothing in common.
LOOKS = (0x0000_0000_FFFF_FFFF, 0xFFFF_0000_FFFF_0000, 0xFF00_FF00_FF00_FF00)


def make_row(number, **changes):
    row = PreparedRow(
        line=number + 2,
        path=f"{number}.jpg",
        subject=f"subject {number}",
        age_years=30.0,
        gender="female",
        split="",
        problems=(),
        digest=f"digest {number}",
        hash=LOOKS[number],
        faces=1,
        estimate=ESTIMATE,
    )
    return replace(row, **changes)


def clean(*changes, leave_out=LEFT_OUT_BY_DEFAULT):
    rows = [make_row(number, **one) for number, one in enumerate(changes)]
    cleaned = clean_rows(rows, BANDS, leave_out)
    found = [(one.index, str(one.code)) for one in cleaned.findings]
    return found, cleaned.kept.tolist(), cleaned.groups.tolist()


SAME = {"digest": "digest 0", "hash": LOOKS[0]}
ALIKE = {"hash": LOOKS[0] ^ 1}


@pytest.mark.parametrize(
    ("changes", "found", "kept"),
    [
        ([{}, {}], [], [0, 1]),
        ([{}, {"failure": "unreadable"}], [(1, "unreadable")], [0]),
        ([{}, {"failure": "no_face"}], [(1, "no_face")], [0]),
        ([{}, {"failure": "no_path", "problems": ("no_path",)}], [(1, "no_path")], [0]),
        ([{}, {"age_years": None, "problems": ("bad_age",)}], [(1, "bad_age")], [0, 1]),
        ([{}, {"age_years": None, "gender": None}], [], [0]),
        ([{}, {"age_years": 60.0}], [(1, "no_class")], [0, 1]),
        ([{}, {"age_years": 60.0, "gender": None}], [(1, "no_class")], [0]),
        ([{}, SAME], [(1, "duplicate")], [0]),
        ([{}, ALIKE], [(1, "near_duplicate")], [0]),
        ([{}, {"faces": 2}], [(1, "several_faces")], [0]),
        (
            [{}, {**SAME, "gender": "male"}],
            [(0, "conflicting"), (1, "duplicate"), (1, "conflicting")],
            [],
        ),
        (
            [{}, {**ALIKE, "age_years": 20.0}],
            [(0, "conflicting"), (1, "near_duplicate"), (1, "conflicting")],
            [],
        ),
        (
            [{}, {"subject": "subject 0", "gender": "male"}, {}],
            [(0, "conflicting"), (1, "conflicting")],
            [2],
        ),
        ([{}, {"subject": "subject 0", "age_years": 50.0}], [], [0, 1]),
        ([{}, {"estimate": OLD}], [(1, "unlikely")], [0, 1]),
        ([{}, {"estimate": replace(ESTIMATE, female=0.01)}], [(1, "unlikely")], [0, 1]),
        ([{}, {"estimate": replace(ESTIMATE, female=0.3)}], [], [0, 1]),
        ([{}, {"estimate": None}], [], [0, 1]),
    ],
    ids=[
        "nothing", "unreadable", "no face", "no path", "a label that is not one",
        "no label", "an age without a class", "nothing but such an age", "the same file", "a copy",
        "several faces", "the same file with another gender", "a copy with another age",
        "a subject of both genders", "a subject twenty years later", "an unlikely age",
        "an unlikely gender", "a gender that may be", "no estimate",
    ],
)  # fmt: skip
def test_what_is_wrong_with_rows_is_found(changes, found, kept):
    assert clean(*changes)[:2] == (found, kept)


def test_what_is_left_out_is_the_users_choice():
    rows = [{}, SAME, {"estimate": replace(ESTIMATE, female=0.01)}]

    assert clean(*rows, leave_out=())[1] == [0, 1, 2]
    assert clean(*rows, leave_out=("unlikely",))[1] == [0, 1]


def test_pictures_that_look_alike_are_never_divided_even_if_both_stay():
    _, kept, groups = clean({}, ALIKE, {}, leave_out=())

    assert kept == [0, 1, 2]
    assert groups == [0, 0, 1]
