"""A decoded frame to pixels, or the reason why there are none.

When FFmpeg cannot convert a frame, OpenCV returns unwritten memory as if it had, which may contain
pixels of other videos. Only FFmpeg's messages on standard error reveal this.
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


class Retriever:
    """Retrieves frames; standard error of this process is delayed by a moment while it does."""

    def __init__(self) -> None:
        self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115

    def close(self) -> None:
        self._messages.close()

    def read(self, capture: cv2.VideoCapture) -> NDArray[np.uint8] | None:
        """The frame that was grabbed, (H, W, 3) BGR; None if it could not be decoded.

        Raises UnsupportedItem if it is interlaced, TooLargeItem if there is no memory for it.
        """
        try:
            found, bgr, messages = self._listen(capture)
        except cv2.error as error:
            raise TooLargeItem("A frame of the video is too large. Shrink it.") from error
        if INTERLACED in messages:
            raise UnsupportedItem(
                "The video is interlaced, which is not supported. Convert it to progressive frames."
            )
        if FAILED.search(messages) or not found:
            return None
        return bgr.astype(np.uint8, copy=False)

    def _listen(self, capture: cv2.VideoCapture) -> tuple[bool, cv2.typing.MatLike, bytes]:
        before = os.dup(STANDARD_ERROR)
        os.dup2(self._messages.fileno(), STANDARD_ERROR)
        try:
            found, bgr = capture.retrieve()
        finally:
            os.dup2(before, STANDARD_ERROR)
            os.close(before)
        return found, bgr, self._take_messages()

    def _take_messages(self) -> bytes:
        """The messages since the last call, which are also passed on."""
        self._messages.seek(0)
        messages = self._messages.read()
        if messages:
            self._messages.seek(0)
            self._messages.truncate()
            os.write(STANDARD_ERROR, messages)
        return messages
