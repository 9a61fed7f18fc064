"""Dimensions out of folders, checked before anything is sent."""

from collections.abc import Iterable, Mapping

from cli.exits import CommandFailed
from facetally.local_files.files import LocalFile
from models.folder_names import FolderNames


def check_folders(
    files: Iterable[LocalFile], dimensions: Mapping[str, str], folders_as: str | None
) -> None:
    """CommandFailed for the first file whose folders are not as they should be. What is in archives
    is for the server to check."""
    if folders_as is None:
        return
    folders = FolderNames.parse(folders_as)
    try:
        folders.check_clash(dimensions)
        for file in files:
            if not file.is_archive:
                folders.add_to({**dimensions, **file.dimensions}, file.name)
    except ValueError as error:
        raise CommandFailed(f"{error}. Nothing was submitted.") from error
