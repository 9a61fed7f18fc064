"""A trained pack reads as it was written."""

import pytest

from models.packs.parts import EstimatorPart
from models.packs.reading import parse_pack
from models.packs.votes import GenderScale, Interval, Vote
from models.packs.writing import write_pack_text
from training.nets.parts import make_part
from training.options import Averaging, Mask, NetKind, TrainingOptions
from training.results.pack_folder import make_pack, name_pack
from training.targets import Target

OPTIONS = TrainingOptions(
    nets=(NetKind.CNN1,),
    ages=(("0-17", 0, 17), ("18-59", 18, 59)),
    leave_out=(),
    averaging=Averaging.TEN_CROP,
    mask=Mask.ELLIPSE,
)
VOTE = Vote(interval=Interval((1.5, 2.0, 3.0), (1.0, 6.0, 9.5), 0.9), gender=GenderScale(0.7))


def make_parts(*targets: Target) -> list[EstimatorPart]:
    return [
        make_part(target, NetKind.CNN1, OPTIONS, [9.5, 41.25], 'faces of "mine".csv\n')
        for target in targets
    ]


@pytest.mark.parametrize(
    "targets",
    [(Target.GENDER, Target.AGE), (Target.GENDER, Target.AGE_OF_FEMALE, Target.AGE_OF_MALE)],
    ids=["for all", "by gender"],
)
def test_a_trained_pack_reads_as_it_was_written(targets):
    pack = make_pack("mine", make_parts(*targets), VOTE)

    assert parse_pack(write_pack_text(pack)) == pack
    assert len(pack.estimators) == len(targets)
    assert pack.vote == VOTE


@pytest.mark.parametrize("target", [Target.GENDER, Target.AGE])
def test_what_was_not_trained_comes_from_the_default_pack(target):
    pack = make_pack("mine", make_parts(target), VOTE)

    assert parse_pack(write_pack_text(pack)) == pack
    trained, *others = pack.estimators
    assert others
    assert all(bool(one.age) != bool(trained.age) for one in others)
    assert "From the default pack: dlib-" in pack.description


@pytest.mark.parametrize(
    ("text", "name"),
    [("Store faces 2026", "store-faces-2026"), ("ÄÖ", "trained"), ("x" * 60, "x" * 40)],
)
def test_any_text_gives_the_name_of_a_pack(text, name):
    assert name_pack(text) == name
