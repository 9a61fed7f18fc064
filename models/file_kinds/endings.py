"""The endings of the names of files, by what is done with such files."""

from models.file_kinds.kinds import ARCHIVES, PICTURES, VIDEOS, FileKind
from models.file_kinds.refused_kinds import REFUSED_ARCHIVES, REFUSED_PICTURES, REFUSED_VIDEOS


def list_endings(*kinds: FileKind) -> tuple[str, ...]:
    """The endings of some kinds, in lower case with their dots."""
    return tuple(ending for kind in kinds for ending in kind.endings)


# Unpacked when they are uploaded.
ARCHIVE_ENDINGS = list_endings(*ARCHIVES)
# Not opened inside an archive.
NESTED_ENDINGS = list_endings(*REFUSED_ARCHIVES)
# Refused kinds are submitted too, so that people learn why they fail. Files of a folder with other
# endings are skipped.
MEDIA_ENDINGS = list_endings(*PICTURES, *VIDEOS, *REFUSED_PICTURES, *REFUSED_VIDEOS)
SUBMITTED_ENDINGS = (*MEDIA_ENDINGS, *ARCHIVE_ENDINGS)
