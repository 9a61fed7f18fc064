"""What is found wrong with rows."""

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """Why a row could be left out; a row without a face or a label always is."""

    DUPLICATE = "duplicate"  # the same file as an earlier row's
    NEAR_DUPLICATE = "near_duplicate"  # looks like the picture of an earlier row
    SEVERAL_FACES = "several_faces"  # the most prominent one is taken for the labeled person
    CONFLICTING = "conflicting"  # its labels contradict those of the same picture or person
    UNLIKELY = "unlikely"  # its labels are far from what the pack in use estimates


# A label that the pack finds unlikely may be right, and the pack wrong: leaving those rows out
# would teach the pack's errors, so they are only reported.
LEFT_OUT_BY_DEFAULT = (
    FindingKind.DUPLICATE,
    FindingKind.NEAR_DUPLICATE,
    FindingKind.SEVERAL_FACES,
    FindingKind.CONFLICTING,
)
NO_CLASS = "no_class"  # the code of an age that no class has


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `index` is the row's, `code` a FindingKind or an error code."""

    index: int
    code: str
    detail: str = ""
