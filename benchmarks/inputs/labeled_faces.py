"""Labeled pictures, and what the estimators of a pack make of the faces in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cli.evaluation.loading import load_labels
from cli.evaluation.pictures import find_labeled_face
from models.estimators.ages import Ages
from models.estimators.ballots import Ballots, join_ballots
from models.estimators.intervals import measure_spread
from models.estimators.vote import vote_ages, vote_genders
from models.fitting.folds import divide_people
from models.fitting.genders import GenderedFaces
from models.fitting.intervals import AgedFaces
from models.fitting.votes import Truths
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.labels import LabelRow
from models.nets.analyzer import AlignedFace, Analyzer, load_analyzer
from models.packs.pack import Pack
from worker.settings import Settings

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VotedFaces:
    """Labeled faces with the votes on them: columns (N,)."""

    rows: Sequence[LabelRow]
    years: Array
    spreads: Array
    females: Array  # before they are scaled
    ballots: Ballots

    @property
    def has_age(self) -> NDArray[np.bool_]:
        """Which of them are labeled with an age."""
        return np.array([row.age_years is not None for row in self.rows])

    @property
    def has_gender(self) -> NDArray[np.bool_]:
        """Which of them are labeled with a gender."""
        return np.array([row.gender is not None for row in self.rows])

    def aged(self) -> AgedFaces:
        """Those that are labeled with an age."""
        true_years = np.array([row.age_years or 0.0 for row in self.rows])
        return AgedFaces(true_years, self.years, self.spreads).choose(self.has_age)

    def list_folds(self) -> NDArray[np.int64]:
        """The fold of each; all faces of a subject share it."""
        return divide_people([row.subject for row in self.rows], self.truths().years)

    def truths(self) -> Truths:
        """The labels; NaN where there is none."""
        return Truths(
            np.array([np.nan if row.age_years is None else row.age_years for row in self.rows]),
            np.array(
                [np.nan if row.gender is None else row.gender == "female" for row in self.rows]
            ),
        )

    def gendered(self) -> GenderedFaces:
        """Those that are labeled with a gender."""
        is_female = np.array([row.gender == "female" for row in self.rows])
        return GenderedFaces(is_female, self.females, self.years).choose(self.has_gender)


def vote_on_labeled_faces(labels: Path, pack: Pack, settings: Settings) -> VotedFaces:
    """The votes on the most prominent face of every picture of the table that can be read."""
    analyzer = load_analyzer(
        settings.weights_dir,
        pack,
        device=Device(CPU),
        detection_side=settings.detection_side,
        score_threshold=settings.score_threshold,
    )
    found = list(_find_faces(load_labels(labels), analyzer, settings))
    ballots = list(analyzer.collect([face for _, face in found]))
    voted = [vote_ages(pack.vote, one.ages) for one in ballots]
    ages = Ages(
        np.concatenate([one.years for one in voted]), np.concatenate([one.shares for one in voted])
    )
    return VotedFaces(
        rows=[row for row, _ in found],
        years=ages.years,
        spreads=measure_spread(ages.years, ages.shares),
        females=np.concatenate([vote_genders(pack.vote, one.females) for one in ballots]),
        ballots=join_ballots(ballots),
    )


def _find_faces(
    rows: Sequence[LabelRow], analyzer: Analyzer, settings: Settings
) -> Iterator[tuple[LabelRow, AlignedFace]]:
    for row in rows:
        face = find_labeled_face(settings, analyzer, row)
        if face is not None:
            yield row, face
