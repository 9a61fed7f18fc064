"""People whom a job links count once for all shots and photographs that show them."""

from datetime import timedelta

from sqlalchemy import update

from db.engine import Database
from db.playlists.audience import PlaylistAudience, read_playlist_audiences
from db.playlists.values import Playlist, Viewers
from db.presence.queries import PresenceQuery
from db.slices.bands import PRESETS
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count
from db.tables.videos import TrackRow
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import make_face
from tests.support.work.linking import find_all, link, submit_for_people
from tests.support.work.playlists import NOON, ask, counts, film, make_playlist, stay
from worker.settings import Settings

BANDS = PRESETS["marketing"]
# Who is seen at noon and one, two and three minutes later.
SEEN = [[1, 2], [1], [3, 2], [9, 1]]


def ask_by_age(database: Database, playlist: Playlist) -> PlaylistAudience:
    with database.read() as session:
        [found] = read_playlist_audiences(session, playlist, [PresenceQuery(BANDS)])
    return found


def test_a_playlist_for_the_whole_time_agrees_with_the_audience_of_the_job(
    settings: Settings, database: Database
) -> None:
    times = [NOON + timedelta(minutes=minute) for minute in range(len(SEEN))]
    job_id = submit_for_people(database, len(SEEN), captured_at=times)
    find_all(database, SEEN)
    link(settings, database)
    playlist = make_playlist(database, Viewers((job_id,)), (0, 600, "all", ""))
    seen = ask_by_age(database, playlist)
    with database.read() as session:
        people = AudienceQuery(BANDS, slices=SliceQuery(job_id), count=Count.PEOPLE)
        audience = read_audience(session, people)
    assert (seen.viewers, seen.linked_jobs) == (4, (job_id,))
    assert [(one.gender, one.age_band, one.faces) for one in seen.table.groups] == [
        (one.gender, one.age_band, one.faces) for one in audience.groups
    ]


def test_somebody_counts_once_for_each_content(settings: Settings, database: Database) -> None:
    times = [NOON + timedelta(minutes=minute) for minute in range(len(SEEN))]
    job_id = submit_for_people(database, len(SEEN), captured_at=times)
    find_all(database, SEEN)
    link(settings, database)
    rows = [(0, 90, "first", ""), (90, 150, "second", "")]
    playlist = make_playlist(database, Viewers((job_id,)), *rows)
    found = ask(database, playlist)
    assert counts(found) == {("first", "female"): 2, ("second", "female"): 2}
    assert found.viewers == 3


def test_the_shots_of_a_person_add_up_their_seconds(database: Database) -> None:
    job_id = film(
        database,
        (make_face(30, 0.95), stay(0, 4)),
        (make_face(34, 0.9), stay(6, 9)),
        (make_face(50, 0.05), stay(0, 2)),
    )
    playlist = make_playlist(database, Viewers((job_id,)), (0, 60, "all", ""))
    assert counts(ask(database, playlist)) == {("all", "female"): 2, ("all", "male"): 1}
    with database.write() as session:
        session.execute(update(TrackRow).where(TrackRow.number <= 2).values(person=1))
    found = ask(database, playlist, Count.SECONDS)
    assert counts(found) == {("all", "female"): 1, ("all", "male"): 1}
    [woman] = [one for one in found.table.groups if one.gender == "female"]
    assert woman.screen_time is not None
    assert woman.screen_time.seconds == 7.0
