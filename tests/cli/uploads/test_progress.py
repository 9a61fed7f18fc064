"""What is said of an upload where there is no terminal."""

from cli.uploads.progress import describe_upload, watch_upload
from facetally import Uploaded


def test_a_line_says_how_far_an_upload_is():
    uploaded = Uploaded(7, 10_000, 3_200, 4_000_000_000, 1_200_000_000)

    assert describe_upload(uploaded) == ("job 7: 3,200 of 10,000 files uploaded, 1.2 GB of 4.0 GB")


def test_where_an_upload_continues_is_said_once(capsys):
    with watch_upload() as watch:
        watch(Uploaded(0, 0, 0, 0, 0))
        watch(Uploaded(7, 3, 2, 30, 20))
        watch(Uploaded(7, 3, 3, 30, 30, is_waiting=True))

    said = capsys.readouterr().err
    assert said.startswith("Continuing: job 7: 2 of 3 files uploaded, 20 bytes of 30 bytes.\n")
    assert said.count("Continuing") == 1
