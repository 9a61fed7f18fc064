"""What the command line says of the people of a playlist."""

import pytest

from cli.output.playlist_tables import describe_viewers
from facetally import PlaylistAudience


@pytest.mark.parametrize(
    ("items", "words"),
    [(1, "; 1 item without a time left out."), (2, "; 2 items without a time left out.")],
)
def test_items_without_a_time_are_counted(items, words):
    found = PlaylistAudience(
        playlist=None,
        count="people",
        viewers=3,
        others=0,
        people_too_unclear=0,
        items_undated=items,
        jobs_without_times=(),
        linked_jobs=(),
        screen_time=None,
        min_cell=1,
        groups_withheld=0,
        airtimes=(),
        groups=(),
        raw={},
    )
    assert words in describe_viewers(found)
