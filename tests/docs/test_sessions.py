"""The console sessions that the documents show run as they are."""

import os
import shutil

import pytest

from models.weights.catalog import SAMPLES
from tests.support.answers.documents import ROOT, check_step, read_blocks, read_session, run_session
from tests.support.programs.cli import WEIGHTS_DIR
from tests.support.servers.working import serve_and_work

SHOWN_URL = "http://127.0.0.1:8000"
SHOWN_SAMPLES = "~/.cache/facetally/weights/samples"


@pytest.mark.parametrize("name", ["README.md", "docs/api.md"])
def test_a_session_prints_what_its_document_shows(name, tmp_path, migrated_sqlite, redis_url):
    samples = tmp_path / "samples"
    samples.mkdir()
    for sample in SAMPLES:
        shutil.copy(WEIGHTS_DIR / sample.name, samples)
    [block] = read_blocks(ROOT / name, "console")
    steps = read_session(block)

    with serve_and_work(tmp_path, migrated_sqlite, redis_url) as url:
        environ = {**os.environ, "FACETALLY_URL": url, "PYTHONPATH": str(ROOT)}
        changes = {SHOWN_URL: url, SHOWN_SAMPLES: str(samples)}
        outputs = run_session(steps, changes, tmp_path, environ)

    for step, printed in zip(steps, outputs, strict=True):
        check_step(step, printed)
