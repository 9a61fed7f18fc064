"""Fits the scale of genders, so that of the faces said to be 0.9, 90% are right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.estimators.vote import scale_genders
from models.packs.votes import GenderScale

Array = NDArray[np.float64]

# One wrong face that is said to be certain must not decide the fit.
LEAST_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class GenderedFaces:
    """Faces with labeled genders: columns (N,) of labels, voted probabilities and voted ages."""

    is_female: NDArray[np.bool_]
    females: Array
    years: Array

    def choose(self, chosen: NDArray[np.bool_]) -> "GenderedFaces":
        return GenderedFaces(self.is_female[chosen], self.females[chosen], self.years[chosen])


def fit_scale(faces: GenderedFaces) -> GenderScale:
    """The scale under which the labels are likeliest (Guo et al. 2017)."""
    # As in votes.py.
    from scipy.optimize import minimize  # noqa: PLC0415

    fit = minimize(
        _lose,
        np.array([1.0, 0.7]),
        args=(faces,),
        method="Nelder-Mead",
        options={"xatol": 1e-3, "fatol": 1e-6},
    )
    return _make_scale(fit.x, digits=2)


def _make_scale(values: Array, digits: int = 6) -> GenderScale:
    sharpness, child = np.round(values.clip((0.05, 0.0), (5.0, 1.0)), digits).tolist()
    return GenderScale(sharpness, child)


def _lose(values: Array, faces: GenderedFaces) -> float:
    shares = scale_genders(_make_scale(values), faces.females, faces.years)
    right = np.where(faces.is_female, shares, 1.0 - shares)
    return -float(np.log(right.clip(LEAST_SHARE, 1.0)).mean())
