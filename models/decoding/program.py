"""The decoder's own process: `python -m models.decoding.program SOCKET MEMORY`, two descriptors.

Its environment is empty, and nothing here has ever read a setting.
"""

import codecs
import mmap
import signal
import sys
import traceback
from socket import socket

import imagecodecs
import numpy as np
from PIL import TiffImagePlugin  # noqa: F401 - reads EXIF

from models.decoding.buffers import BUFFER_BYTES, BUFFERS
from models.decoding.confinement import confine
from models.decoding.messages import (
    FAILURES,
    DecoderLost,
    Pixels,
    Question,
    send_failure,
    send_fault,
    send_text,
)
from models.pictures.picture import decode_picture

# These are imported where they are first used, which is too late.
CODECS = ("ascii", "latin-1", "utf-8", "utf-16", "idna")
DECODERS = (
    "lzw",
    "packbits",
    "bitorder",
    "packints",
    "ccittrle",
    "ccittfax3",
    "ccittfax4",
    "jpeg8",
)
# The worker ends this process first, unless it has ended itself.
GRACE_SECONDS = 5.0


def main() -> None:
    connection, descriptor = socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    memory = mmap.mmap(descriptor, BUFFER_BYTES * BUFFERS)
    _import_rest()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    send_text(connection, confine())
    try:
        while True:
            _answer(connection, memory)
    except (DecoderLost, ConnectionError):
        # The worker has ended.
        return


def _import_rest() -> None:
    for name in CODECS:
        codecs.lookup(name)
    for name in DECODERS:
        getattr(imagecodecs, f"{name}_decode")


def _answer(connection: socket, memory: mmap.mmap) -> None:
    question, data = Question.receive(connection)
    signal.setitimer(signal.ITIMER_REAL, question.seconds + GRACE_SECONDS)
    try:
        found = _decode(question, data, memory)
    except FAILURES as error:
        if _is_ours(error):
            send_fault(connection, traceback.format_exc())
        else:
            send_failure(connection, error)
    except Exception:  # noqa: BLE001 - the worker logs it
        send_fault(connection, traceback.format_exc())
    else:
        found.send(connection)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _is_ours(error: BaseException | None) -> bool:
    """Whether a picture seems damaged because something was to be opened here after all."""
    while error is not None:
        if isinstance(error, ImportError | PermissionError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _decode(question: Question, data: bytes, memory: mmap.mmap) -> Pixels:
    buffer = np.frombuffer(memory, np.uint8, BUFFER_BYTES, question.buffer * BUFFER_BYTES)
    picture = decode_picture(
        data, max_pixels=question.max_pixels, working_size=question.working_size, buffer=buffer
    )
    rgb = picture.rgb
    rows, columns, _ = rgb.shape
    if not (rgb.ctypes.data == buffer.ctypes.data and rgb.flags.c_contiguous):
        # Turned pixels may overlap with the target, which NumPy minds.
        buffer[: rgb.size].reshape(rgb.shape)[:] = rgb
    return Pixels(rows, columns, picture.width_pixels, picture.height_pixels)


if __name__ == "__main__":
    main()
