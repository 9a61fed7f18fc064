"""Pictures to detections, with YuNet (2023mar)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.graphs.graph import Graph
from models.nets.candidates import Candidates
from models.nets.detections import Bounds, Detections, describe
from models.nets.doubts import find_doubtful, needs_check, show_again
from models.nets.search import Search
from models.nets.turns import (
    choose_turns,
    is_upright,
    may_lie,
    show_turned,
    turn_back,
    turn_picture,
)
from models.pictures.picture import Picture


@dataclass(frozen=True, slots=True)
class _Searched:
    """What was found in a picture after it was turned upright by quarter `turns`."""

    picture: Picture
    found: Candidates
    turns: int = 0


class YunetDetector:
    """Finds faces; pictures are first looked at with `side` pixels on their longer side."""

    def __init__(self, graph: Graph, side: int, bounds: Bounds) -> None:
        self._side = side
        self._bounds = bounds
        self._search = Search(graph, side, self._bounds)
        self.batch_pictures = self._search.batch_pictures

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[Detections]:
        """The faces of each picture, independent of the pictures it is batched with.

        Boxes and landmarks are in pixels of the picture as it is, even if it lies on its side. With
        `crowd`, the smallest faces of large pictures are found, too, which takes longer.
        """
        searched = self._search_upright(pictures, crowd)
        return [
            self._describe(picture, one, doubtful)
            for picture, one, doubtful in zip(
                pictures, searched, self._find_doubtful(searched), strict=True
            )
        ]

    def _search_upright(self, pictures: Sequence[Picture], crowd: bool) -> list[_Searched]:
        """Pictures that lie are searched again, turned upright."""
        found = self._search.find(pictures, crowd)
        searched = [_Searched(picture, one) for picture, one in zip(pictures, found, strict=True)]
        lying = dict(self._find_lying(searched))
        upright = [turn_picture(pictures[index], turns) for index, turns in lying.items()]
        again = self._search.find(upright, crowd)
        for (index, turns), picture, one in zip(lying.items(), upright, again, strict=True):
            if is_upright(picture, one, found[index]):
                searched[index] = _Searched(picture, one, turns)
        return searched

    def _find_lying(self, searched: Sequence[_Searched]) -> Iterator[tuple[int, int]]:
        """The index of each picture that lies, and the turns that make it upright."""
        unsure = [index for index, one in enumerate(searched) if may_lie(one.found)]
        views = [show_turned(searched[index].picture, self._side) for index in unsure]
        for index, looks in zip(unsure, self._search.look_all(views), strict=True):
            if turns := choose_turns(searched[index].found, looks):
                yield index, turns

    def _find_doubtful(self, searched: Sequence[_Searched]) -> Iterator[NDArray[np.bool_]]:
        """Which candidates (n,) of each picture fail the second check."""
        threshold = self._bounds.score_threshold
        checks = [needs_check(one.found, one.picture, threshold) for one in searched]
        views = [
            show_again(one.picture, one.found.choose(check))
            for one, check in zip(searched, checks, strict=True)
        ]
        for check, looks in zip(checks, self._search.look_all(views), strict=True):
            check[check] = find_doubtful(looks, threshold)
            yield check

    def _describe(
        self, picture: Picture, searched: _Searched, doubtful: NDArray[np.bool_]
    ) -> Detections:
        limits = (picture.width_pixels, picture.height_pixels)
        found = turn_back(searched.found, searched.turns, limits)
        return describe(found, doubtful, limits, self._bounds)
