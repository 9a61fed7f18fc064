"""The formats of results: the query, the files, the page of a job and the command agree."""

from typing import get_args

from api.exports.export import FILE_FORMATS
from api.pages import job
from api.schemas.results import ANNOTATION_FORMATS, ResultFormat
from cli.commands import results

FORMATS = set(get_args(ResultFormat))


def test_each_format_but_json_and_those_of_annotations_is_made_of_lines_or_rows():
    assert set(FILE_FORMATS) == FORMATS - {"json", *ANNOTATION_FORMATS}


def test_the_page_of_a_job_offers_every_format_that_is_a_file():
    assert set(job.FORMATS) == FORMATS - {"json"}


def test_the_command_takes_every_format():
    assert set(results.FORMATS) == FORMATS
