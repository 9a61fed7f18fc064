"""A video, for the tests of calls and pages."""

import pytest

from models.weights.folder import default_weights_dir
from tests.support.media.clips import write_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    return write_clip(path, default_weights_dir({})).read_bytes()
