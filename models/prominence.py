"""Which face of a picture its label belongs to."""

from collections.abc import Iterable

from models.face import Box


def find_most_prominent(boxes: Iterable[Box], width: int, height: int) -> int | None:
    """The index of the largest of the `boxes` in a picture of `width` x `height` pixels, None if
    there are none. Those away from the center count less.
    """

    def prominence(numbered: tuple[int, Box]) -> float:
        _, box = numbered
        right = (box.x + box.width / 2) / width - 0.5
        down = (box.y + box.height / 2) / height - 0.5
        return box.width * box.height * (1 - right**2 - down**2)

    found = max(enumerate(boxes), key=prominence, default=None)
    return None if found is None else found[0]
