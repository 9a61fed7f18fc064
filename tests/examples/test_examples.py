"""Each of the examples runs as it is."""

import csv
import json
import os

import pyarrow.parquet
import pytest

from models.weights.catalog import SAMPLES
from tests.support.answers.documents import ROOT, read_blocks, run_shell
from tests.support.programs.cli import WEIGHTS_DIR
from tests.support.servers.working import serve_and_work

EXAMPLES = ROOT / "examples"
PORTRAIT = WEIGHTS_DIR / "samples" / "astronaut.png"
COUPLE = WEIGHTS_DIR / "samples" / "gender_detection_input.jpg"


@pytest.fixture(scope="module")
def server(tmp_path_factory, migrated_sqlite, redis_url):
    with serve_and_work(tmp_path_factory.mktemp("server"), migrated_sqlite, redis_url) as url:
        yield url


@pytest.fixture
def environ(server):
    return {
        **os.environ,
        "FACETALLY_URL": server,
        "MPLBACKEND": "Agg",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
    }


def test_the_shell_round_trip_saves_results_audience_and_report(environ, tmp_path):
    printed = run_shell(f"{EXAMPLES}/round_trip.sh {PORTRAIT} {COUPLE}", tmp_path, environ)

    job = printed.split()[1]
    assert "completed" in printed
    assert pyarrow.parquet.read_table(tmp_path / f"job-{job}.parquet").num_rows == 3
    with (tmp_path / f"job-{job}-audience.csv").open() as file:
        assert sum(int(row["faces"]) for row in csv.DictReader(file)) == 3
    assert "<html" in (tmp_path / f"job-{job}.html").read_text()


def test_the_shell_round_trip_passes_on_what_the_server_says(environ, tmp_path):
    environ["FACETALLY_URL"] += "/nowhere"

    with pytest.raises(AssertionError, match="There is nothing at"):
        run_shell(f"{EXAMPLES}/round_trip.sh {PORTRAIT}", tmp_path, environ)


def test_the_script_prints_faces_and_the_audience(environ, tmp_path):
    printed = run_shell(f"python {EXAMPLES}/campaign.py {PORTRAIT} {COUPLE}", tmp_path, environ)

    assert "astronaut.png: female, 30 (24-40)" in printed
    assert "female: 67%" in printed


def test_the_lines_for_python_on_the_page_of_the_api_run(environ, tmp_path):
    [lines] = read_blocks(ROOT / "docs" / "api.md", "python")
    script = lines.replace("http://127.0.0.1:8000", environ["FACETALLY_URL"])
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / COUPLE.name).symlink_to(COUPLE)
    (tmp_path / "script.py").write_text(script)

    printed = run_shell("python script.py", tmp_path, environ)

    assert "gender_detection_input.jpg [30." in printed
    assert "Group(dimensions={'store': 'Lyon'}" in printed


def test_the_notebook_reads_the_parquet_of_a_job(environ, tmp_path):
    samples = " ".join(str(WEIGHTS_DIR / sample.name) for sample in SAMPLES)
    script = f"""
        facetally submit {samples} --dimension store=Lyon --watch
        facetally results $(facetally jobs --limit 1 --json | python -c '{NEWEST}') \\
            --format parquet --out results.parquet
        python notebook.py
    """
    (tmp_path / "notebook.py").write_text(_read_code("results.ipynb"))

    printed = run_shell(script, tmp_path, environ)

    assert "4 items, 8 faces, 0 failed" in printed
    assert "male        6 faces" in printed
    assert (tmp_path / "ages.png").stat().st_size > 0


NEWEST = 'import json, sys; print(json.load(sys.stdin)["jobs"][0]["id"])'


def _read_code(name: str) -> str:
    """The code of a notebook, without what it displays."""
    cells = json.loads((EXAMPLES / name).read_text())["cells"]
    assert all(cell.get("outputs", []) == [] for cell in cells), "clear the outputs"
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
