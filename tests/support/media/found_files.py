"""Empty files in folders, and the names of those that were found."""

from pathlib import Path

from facetally.local_files.files import FoundFiles


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names_of(found: FoundFiles) -> list[str]:
    return [file.name for file in found.files]
