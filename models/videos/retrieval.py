"""Step 1 for videos: a decoded frame to pixels, or the reason why there are none.

OpenCV gives a frame that FFmpeg could not convert as if it had: in memory that nobody has written,
where pixels of other videos may lie. Only FFmpeg's words on the standard error tell.
"""

import os
import re
import tempfile
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import TooLargeItem, UnsupportedItem

STANDARD_ERROR = 2
INTERLACED = b"Cannot convert interlaced"
FAILED = re.compile(rb"Cannot convert|Failed initializing|Invalid argument|[Uu]nsupported")


class Converter:
    """Reads frames; what others write on the standard error meanwhile comes a moment later."""

    def __init__(self) -> None:
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115

    def close(self) -> None:
        self._words.close()

    def read(self, capture: cv2.VideoCapture) -> NDArray[np.uint8] | None:
        """The frame that was grabbed, (H, W, 3) BGR; None where there is none.

        Raises UnsupportedItem where it is interlaced, TooLargeItem where there is no memory for it.
        """
        try:
            found, bgr, words = self._listen(capture)
        except cv2.error as error:
            raise TooLargeItem("A frame of the video is too large; shrink it.") from error
        if INTERLACED in words:
            raise UnsupportedItem(
                "The video is interlaced, which is not read; convert it to whole frames."
            )
        if FAILED.search(words) or not found:
            return None
        return bgr.astype(np.uint8, copy=False)

    def _listen(self, capture: cv2.VideoCapture) -> tuple[bool, cv2.typing.MatLike, bytes]:
        before = os.dup(STANDARD_ERROR)
        os.dup2(self._words.fileno(), STANDARD_ERROR)
        try:
            found, bgr = capture.retrieve()
        finally:
            os.dup2(before, STANDARD_ERROR)
            os.close(before)
        return found, bgr, self._take_words()

    def _take_words(self) -> bytes:
        """What was said, which is passed on."""
        self._words.seek(0)
        words = self._words.read()
        if words:
            self._words.seek(0)
            self._words.truncate()
            os.write(STANDARD_ERROR, words)
        return words
