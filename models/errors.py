"""What can go wrong with items and nets, in one tree; each package adds its own beside its code.

FacetallyError
|-- ItemError             one item fails, with a code and a sentence; the rest of the job goes on
|   |-- UnreadableItem    "unreadable"        the bytes are not a whole picture
|   |-- TooLargeItem      "too_large"         more pixels than this installation takes
|   |-- UnsupportedItem   "unsupported"       a known format that is not read here
|   |-- MissingItem       "not_found"         nothing is at that address
|   |-- ForbiddenItem     "forbidden_source"  an address this installation does not fetch from
|   `-- FetchFailed       "fetch_failed"      its server was away, refused for now, or took too long
|-- ModelUnavailable        weights or a provider are missing; no item is to blame
`-- CalibrationError      an evaluation cannot correct the shares asked for
"""

from typing import ClassVar


class FacetallyError(Exception):
    """Root of the tree: catch it to catch everything raised on purpose."""


class ItemError(FacetallyError):
    """One item cannot be analyzed; give up on it, its text tells the submitter what to do."""

    code: ClassVar[str]


class UnreadableItem(ItemError):
    """The bytes are empty, cut off, damaged or no picture: send the original file again."""

    code = "unreadable"


class TooLargeItem(ItemError):
    """The picture has more pixels than allowed: shrink it, or raise the limit."""

    code = "too_large"


class UnsupportedItem(ItemError):
    """The file is of a known kind that is not read here: convert it."""

    code = "unsupported"


class MissingItem(ItemError):
    """Nothing was found at the item's address: correct the address, or restore the file."""

    code = "not_found"


class ForbiddenItem(ItemError):
    """The address is not among the allowed sources: allow it in the settings, or upload."""

    code = "forbidden_source"


class FetchFailed(ItemError):
    """The address did not deliver this time: retry the item when its server is well again."""

    code = "fetch_failed"


class ModelUnavailable(FacetallyError):
    """A net cannot be opened: the operator fetches weights or mends the provider, then retries."""


class CalibrationError(FacetallyError):
    """An evaluation lacks what the question needs: evaluate more faces, or ask for wider bands."""
