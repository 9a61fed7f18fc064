"""Labeled pictures to figures of accuracy."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from models.accuracy.accuracy import Accuracy
from models.accuracy.age_ratios import AgeRatios, BandRatios, GroupRatios
from models.accuracy.bootstrap import Ratio, estimate_ratios
from models.accuracy.boxed_pictures import BoxedPicture
from models.accuracy.columns import Columns
from models.accuracy.detection_score import score_detection
from models.accuracy.gender_ratios import GenderRatios
from models.accuracy.labeled_pictures import LabeledPicture
from models.statistics.confusion import AgeRange


def measure_accuracy(
    pictures: Sequence[LabeledPicture],
    band_sets: Mapping[str, Sequence[AgeRange]],
    reported: str,
    boxed: Sequence[BoxedPicture] = (),
) -> Accuracy:
    """The accuracy over at least one picture: of age as a choice among each set of bands, and for
    each band of the set `reported` by itself; and of what is found in `boxed` pictures.

    All figures but those of boxes are ratios, whose intervals come of the same draws.
    """
    columns = Columns(pictures)
    detection = Ratio.share(columns.found, np.ones_like(columns.found))
    gender, age = GenderRatios.of(columns), AgeRatios.of(columns)
    bands = BandRatios.of(columns, band_sets[reported])
    groups = {name: GroupRatios.of(columns, ranges) for name, ranges in band_sets.items()}
    ratios = chain([detection], gender, age, *bands, *groups.values())
    estimates = estimate_ratios(ratios, columns.subjects)
    return Accuracy(
        detection=estimates[detection],
        gender=gender.read(estimates),
        age=age.read(estimates, groups),
        bands=tuple(read for band in bands if (read := band.read(estimates))),
        boxes=score_detection(boxed) if boxed else None,
    )
