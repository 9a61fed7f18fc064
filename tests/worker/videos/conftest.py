"""A clip for the tests of videos, and what one worker finds in it."""

from pathlib import Path

import pytest

from tests.support.work.videos import Found, find_in_clip, make_clip
from worker.videos import drawing


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="session")
def reference(clip: Path, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Found:
    return find_in_clip(clip, tmp_path_factory.mktemp("reference"), migrated_sqlite)


@pytest.fixture
def short_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    """An annotated video is drawn in several clips."""
    monkeypatch.setattr(drawing, "CLIP_FRAMES", 16)
