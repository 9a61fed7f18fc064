"""The work on a photo has not grown: counts that do not depend on the machine."""

import json

import pytest

from benchmarks.counts.baseline import find_regressions, write_baseline
from benchmarks.counts.photos import Counted
from benchmarks.hot_path import count_in_folder
from models.nets.analyzer import Analyzer

RENEW = "Mend it, or say in the commit why it is worth it and run `make hot-path-baseline`:"


def test_the_work_on_a_photo_has_not_grown():
    regressions = find_regressions(count_in_folder())
    assert not regressions, "\n".join([RENEW, *regressions])


class Twice(Analyzer):
    """Searches each picture twice."""

    def __init__(self, analyzer):
        self._analyzer = analyzer

    @property
    def batch_pictures(self):
        return self._analyzer.batch_pictures

    def detect(self, pictures, *, crowd=False):
        self._analyzer.detect(pictures, crowd=crowd)
        return self._analyzer.detect(pictures, crowd=crowd)

    def estimate(self, aligned):
        return self._analyzer.estimate(aligned)


def test_work_that_is_done_twice_is_found_and_named():
    regressions = "\n".join(find_regressions(count_in_folder(Twice)))
    assert "runs of detector: " in regressions
    assert "inputs of detector: " in regressions
    assert "(+100%)" in regressions
    assert "calls: " in regressions
    assert "models/" in regressions


BEFORE = Counted({"calls": 1000, "SQL statements": 20}, {"models/a.py:f": 900, "resize": 100})


@pytest.mark.parametrize(
    ("totals", "sentences"),
    [
        ({"calls": 1100, "SQL statements": 22}, []),
        ({"calls": 700, "SQL statements": 2}, []),
        ({"calls": 1000, "SQL statements": 23}, ["SQL statements: 23, before 20 (+15%)"]),
        ({"calls": 1000, "runs of new": 1}, ["runs of new: 1, before none"]),
    ],
    ids=["within 10%", "less", "more", "new"],
)
def test_only_what_grows_by_more_than_a_tenth_is_a_regression(totals, sentences, tmp_path):
    write_baseline(BEFORE, tmp_path / "baseline.json")
    counted = Counted(totals, dict(BEFORE.calls))
    assert find_regressions(counted, tmp_path / "baseline.json") == sentences


def test_more_calls_are_named_and_compared_under_the_same_python_only(tmp_path):
    path = tmp_path / "baseline.json"
    write_baseline(BEFORE, path)
    counted = Counted({"calls": 2000}, {"models/a.py:f": 1900, "resize": 100})
    [sentence] = find_regressions(counted, path)
    assert "calls: 2000, before 1000 (+100%); most of it: models/a.py:f +1000" in sentence

    path.write_text(json.dumps({**json.loads(path.read_text()), "python": "3.99"}))
    assert find_regressions(counted, path) == []
