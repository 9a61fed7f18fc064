"""A pack whose vote is fitted to labeled pictures, and how much better it is on other people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cli.evaluation.pictures import find_labeled_face
from cli.exits import CommandFailed
from cli.output.steps import Steps
from models.accuracy.comparison import AccuracyDifference, compare_accuracy
from models.accuracy.labeled_pictures import LabeledPicture
from models.errors import InvalidPack
from models.estimators.ballots import Ballots, join_ballots
from models.estimators.panel import decide
from models.face import Detection, Face, FaceQuality
from models.fitting.folds import FOLDS, divide_people
from models.fitting.votes import Truths, fit_vote
from models.labels import LabelRow
from models.nets.analyzer import AlignedFace, Analyzer
from models.packs.pack import Pack
from models.packs.votes import Vote
from models.validation.writing import write_pack
from worker.packs.analyzers import open_analyzer
from worker.settings import Settings

# With fewer, what is fitted would be chance.
FEWEST_FACES = 50
FEWEST_SUBJECTS = 10


@dataclass(frozen=True, slots=True)
class LabeledFaces:
    """Faces with their labels, and what the estimators of a pack make of them."""

    rows: list[LabelRow]
    detections: list[Detection]
    qualities: list[FaceQuality]
    ballots: Ballots

    @property
    def truths(self) -> Truths:
        return Truths(
            np.array([np.nan if row.age_years is None else row.age_years for row in self.rows]),
            np.array(
                [np.nan if row.gender is None else row.gender == "female" for row in self.rows]
            ),
        )

    def list_folds(self) -> NDArray[np.int64]:
        """The fold of each face; all faces of a subject share it."""
        return divide_people([row.subject for row in self.rows], self.truths.years)


def collect_faces(settings: Settings, pack: Pack, rows: Sequence[LabelRow]) -> LabeledFaces:
    """The most prominent face of each labeled picture, if it is clear enough to be judged.

    CommandFailed if they are too few to fit anything.
    """
    analyzer = open_analyzer(settings, pack)
    usable = [row for row in rows if row.path and (row.age_years is not None or row.gender)]
    with Steps() as steps:
        found = list(_find_faces(settings, analyzer, usable, steps))
    subjects = {row.subject for row, _ in found}
    if len(found) < FEWEST_FACES or len(subjects) < FEWEST_SUBJECTS:
        raise CommandFailed(
            f"A pack is fitted to at least {FEWEST_FACES} labeled faces of {FEWEST_SUBJECTS} "
            f"people; these pictures have {len(found)} of {len(subjects)}."
        )
    faces = [face for _, face in found]
    return LabeledFaces(
        [row for row, _ in found],
        [face.detection for face in faces],
        [face.quality for face in faces],
        join_ballots(list(analyzer.collect(faces))),
    )


def _find_faces(
    settings: Settings, analyzer: Analyzer, rows: Sequence[LabelRow], steps: Steps
) -> Iterator[tuple[LabelRow, AlignedFace]]:
    for number, row in enumerate(rows, start=1):
        face = _find_face(settings, analyzer, row)
        steps.show("labeled pictures", number, len(rows))
        if face is not None:
            yield row, face


def _find_face(settings: Settings, analyzer: Analyzer, row: LabelRow) -> AlignedFace | None:
    # A picture that cannot be read was reported by the evaluation before.
    face = find_labeled_face(settings, analyzer, row)
    if face is None or face.quality.value < settings.quality_min:
        return None
    return face


def cross_validate(vote: Vote, faces: LabeledFaces, min_probability: float) -> AccuracyDifference:
    """How much fitting changes the accuracy on people that it has not seen: each fold is decided
    by the vote that was fitted to the others."""
    folds = faces.list_folds()
    decided: dict[int, LabeledPicture] = {}
    for fold in range(FOLDS):
        inside, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        fitted = fit_vote(vote, faces.ballots.take(others), faces.truths.take(others))
        labeled = _decide(fitted, faces, inside, min_probability)
        decided |= dict(zip(inside.tolist(), labeled, strict=True))
    before = _decide(vote, faces, np.arange(len(folds)), min_probability)
    return compare_accuracy(before, [decided[index] for index in range(len(folds))])


def _decide(
    vote: Vote, faces: LabeledFaces, chosen: NDArray[np.intp], min_probability: float
) -> list[LabeledPicture]:
    decided = decide(vote, faces.ballots.take(chosen))
    labeled = []
    for index, (age, gender) in zip(chosen.tolist(), decided, strict=True):
        row, found = faces.rows[index], faces.detections[index]
        face = Face(found.box, found.score, found.landmarks, gender, age, faces.qualities[index])
        value = gender.value(min_probability)
        labeled.append(LabeledPicture(row.subject, row.age_years, row.gender, face, value))
    return labeled


def write_fitted_pack(
    settings: Settings, pack: Pack, faces: LabeledFaces, name: str, folder: Path
) -> Pack:
    """Write `pack` with its vote fitted to all faces; CommandFailed if it does not run."""
    fitted = replace(
        pack,
        name=name,
        version="1",
        title=f"{pack.title}, fitted",
        description=f"The pack {pack.name} {pack.version} with its vote fitted to "
        f"{len(faces.rows)} labeled faces.",
        vote=fit_vote(pack.vote, faces.ballots, faces.truths),
        folder=None,
    )
    own = pack.folder
    files = {
        file.name: (own / file.name).read_bytes()
        for file in pack.files
        if own is not None and (own / file.name).is_file()
    }
    try:
        write_pack(folder, fitted, files, settings.weights_dir)
    except InvalidPack as error:
        raise CommandFailed(f"The fitted pack does not run: {error}.") from error
    return fitted
