"""How long the audience of a playlist takes, by the number of faces.

Fills PostgreSQL and SQLite with faces of invented photographs and of people in videos, half of
each, and asks who saw each content of a playlist of 10-second spots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import numpy as np
from sqlalchemy import select, update

from benchmarks import program
from benchmarks.deployments.servers import run_postgresql
from db.bulk import insert_rows
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.migrate import migrate
from db.playlists.audience import read_playlist_audiences
from db.playlists.playlists import put_playlist
from db.playlists.spots import Spots, to_ms
from db.playlists.values import NewPlaylist, Playlist, Schedule, Viewers
from db.presence.queries import PresenceQuery
from db.results.faces import face_columns
from db.slices.bands import PRESETS
from db.states import Count, ItemState
from db.submissions.drafts import accept_job
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import TrackRow
from models.face import AgeEstimate, Box, Face, FaceQuality, Gender, Pose

START = datetime(2026, 7, 1, tzinfo=UTC)
CONTENTS, SPOT_SECONDS = 50, 10
# Half of the faces are in photographs, the others those of people in videos.
FACES_PER_PHOTO, FACES_PER_PERSON, FACES_PER_VIDEO, FRAMES_PER_SECOND = 2, 20, 10_000, 2
PHOTOS_AT_ONCE = 5000
SEED = 17


@dataclass(frozen=True, slots=True)
class Asked:
    """How many faces and spots, and how often the audience is asked for."""

    faces: int
    spots: int
    rounds: int


def main() -> None:
    parser = program.make_parser(__doc__)
    parser.add_argument("--faces", type=int, default=1_000_000, help="on each database")
    parser.add_argument("--spots", type=int, default=10_000, help="of 10 seconds each")
    parser.add_argument("--rounds", type=int, default=5, help="how often the audience is asked for")
    arguments = parser.parse_args()
    machine, asked = program.begin(), Asked(arguments.faces, arguments.spots, arguments.rounds)
    figures: dict[str, object] = {**machine, **asdict(asked)}
    with run_postgresql() as url:
        figures["postgresql_seconds"] = _measure(url, asked)
    with program.make_scratch_folder() as folder:
        figures["sqlite_seconds"] = _measure(f"sqlite:///{folder}/spots.sqlite3", asked)
    program.write_figures(arguments.out, "playlists", figures)
    for name in ("faces", "spots", "postgresql_seconds", "sqlite_seconds"):
        program.say(f"{name:20} {figures[name]}")


def _measure(url: str, asked: Asked) -> float:
    """The median time of an answer, in seconds."""
    database, random = Database(url), np.random.default_rng(SEED)
    migrate(database)
    seconds = asked.spots * SPOT_SECONDS
    jobs = (
        _add_photos(database, asked.faces // 2, seconds, random),
        _add_videos(database, asked.faces // 2, seconds, random),
    )
    playlist = _add_playlist(database, jobs, asked.spots)
    query = PresenceQuery(PRESETS["marketing"], count=Count.SECONDS)
    times = []
    for _ in range(asked.rounds):
        started = perf_counter()
        with database.read() as session:
            [found] = read_playlist_audiences(session, playlist, [query])
        times.append(perf_counter() - started)
        assert found.viewers
    database.close()
    return round(median(times), 2)


def _add_photos(database: Database, faces: int, seconds: int, random: np.random.Generator) -> int:
    at = random.uniform(0, seconds, faces // FACES_PER_PHOTO)
    job_id, ids = _add_items(database, at.tolist(), frames=None)
    for start in range(0, len(ids), PHOTOS_AT_ONCE):
        rows = [
            {**face_columns(_make_face(random), 0.6), "item_id": item, "ordinal": ordinal}
            for item in ids[start : start + PHOTOS_AT_ONCE]
            for ordinal in range(FACES_PER_PHOTO)
        ]
        with database.write() as session:
            insert_rows(session, FaceRow, rows)
    return job_id


def _add_videos(database: Database, faces: int, seconds: int, random: np.random.Generator) -> int:
    """Each is as long as the playlist; its people come at any time and stay."""
    videos = max(1, faces // FACES_PER_VIDEO)
    job_id, ids = _add_items(database, [0.0] * videos, frames=1)
    for item in ids:
        tracks, rows = [], []
        for number in range(FACES_PER_VIDEO // FACES_PER_PERSON):
            face, first = _make_face(random), float(random.uniform(0, seconds))
            columns = face_columns(face, 0.6)
            tracks.append(_describe_track(item, number, columns, first))
            rows += [
                {
                    **columns,
                    "item_id": item,
                    "ordinal": number * FACES_PER_PERSON + index,
                    "frame": index,
                    "time_seconds": first + index / FRAMES_PER_SECOND,
                    "track": number,
                }
                for index in range(FACES_PER_PERSON)
            ]
        with database.write() as session:
            insert_rows(session, TrackRow, tracks)
            insert_rows(session, FaceRow, rows)
    return job_id


def _add_items(
    database: Database, seconds: Sequence[float], frames: int | None
) -> tuple[int, list[int]]:
    """A job of items that are done, each so long after the start; with their numbers."""
    items = [
        NewItem(f"{number}", f"file:///{number}", START + timedelta(seconds=at))
        for number, at in enumerate(seconds)
    ]
    with database.write() as session:
        job_id = accept_job(session, NewJob(), items, chunk_items=1000)
        of_job = ItemRow.job_id == job_id
        session.execute(update(ItemRow).where(of_job).values(state=ItemState.DONE, frames=frames))
        ids = session.scalars(select(ItemRow.id).where(of_job).order_by(ItemRow.id)).all()
    return job_id, list(ids)


def _describe_track(
    item_id: int, number: int, columns: Mapping[str, object], first: float
) -> dict[str, object]:
    seconds = FACES_PER_PERSON / FRAMES_PER_SECOND
    return {
        **{name: value for name, value in columns.items() if name != "landmarks"},
        "item_id": item_id,
        "number": number,
        "first_seconds": first,
        "last_seconds": first + seconds,
        "seconds_visible": seconds,
        "faces": FACES_PER_PERSON,
        "age_spread": 1.0,
        "best_frame": 0,
        "best_seconds": first,
        "has_thumbnail": False,
    }


def _make_face(random: np.random.Generator) -> Face:
    years = min(100.0, float(random.gamma(5.0, 7.0)))
    return Face(
        box=Box(10, 20, 30, 40),
        score=0.9,
        landmarks=((15, 30), (30, 30), (22, 40), (17, 50), (28, 50)),
        gender=Gender(float(random.random())),
        age=AgeEstimate(years, max(0, int(years) - 7), int(years) + 7, "25-32"),
        quality=FaceQuality(0.9, 40.0, 0.9, 0.5, 0.3, Pose(0.0, 0.0, 0.0)),
    )


def _add_playlist(database: Database, jobs: tuple[int, ...], spots: int) -> Playlist:
    starts = [to_ms(START) + 1000 * SPOT_SECONDS * number for number in range(spots)]
    schedule = Schedule(
        Spots.of(
            [0] * spots,
            starts,
            [start + 1000 * SPOT_SECONDS for start in starts],
            [number % CONTENTS for number in range(spots)],
        ),
        tuple(f"content {number}" for number in range(CONTENTS)),
    )
    with database.write() as session:
        asked = NewPlaylist("default", "bench", Viewers(jobs), "UTC", schedule)
        return put_playlist(session, asked, replaces=False)


if __name__ == "__main__":
    main()
