"""Models that fail, or find something else than at the start, are noticed; rarely tried."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from db.counters import Counter
from db.engine import Database
from db.workload import read_workload
from models.face import Detection, Face, Gender
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.pictures.picture import Picture
from tests.support.work.jobs import make_face, make_quality
from tests.support.work.worker import open_analyzer
from worker.packs.self_check import SIDE, SelfCheck, draw_face
from worker.settings import Settings

FACE = make_face()
ALIGNED = AlignedFace(Detection(FACE.box, FACE.score, FACE.landmarks), (), make_quality())


class Aging(Analyzer):
    """Finds one face, of whom it estimates something else each time."""

    def __init__(self, *faces: Face | Exception) -> None:
        self._faces = iter(faces)
        self.calls = 0

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        self.calls += 1
        return [AlignedFaces([ALIGNED])]

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        face = next(self._faces)
        if isinstance(face, Exception):
            raise face
        return [face]


def count_checks(database: Database) -> tuple[int, int]:
    with database.read() as session:
        workload = read_workload(session)
    return tuple(workload.count(Counter.SELF_CHECKS, one) for one in ("passed", "failed"))


@pytest.mark.parametrize(
    ("later", "passes"),
    [
        (FACE, True),
        (replace(FACE, score=FACE.score + 0.001), True),
        (replace(FACE, gender=Gender(0.5)), False),
        (RuntimeError("CUDA error"), False),
    ],
    ids=["same", "rounded", "another gender", "error"],
)
def test_models_have_to_find_what_they_found_at_the_start(
    database: Database, later: Face | Exception, passes: bool
) -> None:
    check = SelfCheck(Aging(FACE, later), database, check_seconds=0)
    assert check.passes() is passes
    assert count_checks(database) == (passes, not passes)


def test_the_models_are_tried_rarely(database: Database) -> None:
    analyzer = Aging(FACE)
    check = SelfCheck(analyzer, database)
    assert all(check.passes() for _ in range(100))
    assert analyzer.calls == 1
    assert count_checks(database) == (0, 0)


def test_the_drawn_face_is_found_by_the_default_pack(
    database: Database, settings: Settings
) -> None:
    analyzer = open_analyzer(settings.weights_dir)
    assert SelfCheck(analyzer, database, check_seconds=0).passes()
    [found] = analyzer.detect([Picture(draw_face(), SIDE, SIDE)])
    assert len(found.faces) == 1
