"""Playlists, and people who were seen at times of their own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from db.bulk import insert_rows
from db.engine import Database
from db.item_values import ItemResult, NewItem
from db.job_values import NewJob
from db.playlists.audience import PlaylistAudience, read_playlist_audiences
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
from models.face import Face
from tests.support.work.jobs import claim, claim_next, hints, record
from tests.support.work.people import make_track

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
# Seconds after noon: when a spot begins and ends, what runs, and on which screen.
Row = tuple[float, float, str, str]


def after_noon(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def make_schedule(rows: Sequence[Row], dimension: str | None = None) -> Schedule:
    contents = tuple(dict.fromkeys(row[2] for row in rows))
    screens = tuple(dict.fromkeys(row[3] for row in rows))
    spots = Spots.of(
        [screens.index(row[3]) for row in rows],
        [to_ms(after_noon(row[0])) for row in rows],
        [to_ms(after_noon(row[1])) for row in rows],
        [contents.index(row[2]) for row in rows],
    )
    return Schedule(spots, contents, dimension, screens)


def make_playlist(
    database: Database,
    viewers: Viewers,
    *rows: Row,
    name: str = "spring",
    tenant: str = "default",
    dimension: str | None = None,
) -> Playlist:
    new = NewPlaylist(tenant, name, viewers, "UTC", make_schedule(rows, dimension))
    with database.write() as session:
        return put_playlist(session, new, replaces=True)


def ask(
    database: Database, playlist: Playlist, count: Count = Count.PEOPLE, min_cell: int = 1
) -> PlaylistAudience:
    query = PresenceQuery(PRESETS["marketing"], True, False, count, min_cell)
    with database.read() as session:
        [found] = read_playlist_audiences(session, playlist, [query])
    return found


def counts(found: PlaylistAudience) -> dict[tuple[str | None, str | None], int | None]:
    """The people by content and gender, without empty groups."""
    return {
        (group.dimensions["content"], group.gender): group.faces
        for group in found.table.groups
        if group.faces != 0
    }


def take_photos(
    database: Database,
    *photos: tuple[float | None, Sequence[Face]],
    tenant: str = "default",
    **dimensions: str,
) -> int:
    """A job of photographs, each taken so long after noon, with these faces."""
    items = [
        NewItem(
            f"{number}.jpg",
            f"file:///{number}",
            None if seconds is None else after_noon(seconds),
            dimensions,
        )
        for number, (seconds, _) in enumerate(photos)
    ]
    with database.write() as session:
        job_id = accept_job(session, NewJob(tenant=tenant), items, len(items))
    faces = [tuple(found) for _, found in photos]
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        results = [
            ItemResult(one, None, 640, 480, faces[int(one.name[:-4])]) for one in chunk.items
        ]
        assert record(database, chunk, results)
    return job_id


# A face, and in which half seconds after the start it is seen with which yaw.
Person = tuple[Face, dict[float, float]]


def film(database: Database, *people: Person, at: float = 0.0, **dimensions: str) -> int:
    """A job with a video of these people, two frames a second, that starts so long after noon."""
    with database.write() as session:
        item = NewItem("clip.mp4", "file:///clip.mp4", after_noon(at), dimensions)
        job_id = accept_job(session, NewJob(), [item], 1)
    chunk = claim_next(database)
    item_id = chunk.items[0].id
    tracks, faces = [], []
    for number, (face, seen) in enumerate(people, 1):
        track = make_track(item_id, number, face, len(seen) / 2)
        tracks.append({**track, "faces": len(seen), "first_seconds": min(seen)})
        faces += [
            {
                **face_columns(face, 0.6),
                "item_id": item_id,
                "ordinal": len(faces) + index,
                "frame": int(seconds * 2),
                "time_seconds": seconds,
                "track": number,
                "yaw": yaw,
            }
            for index, (seconds, yaw) in enumerate(seen.items())
        ]
    with database.write() as session:
        insert_rows(session, TrackRow, tracks)
        insert_rows(session, FaceRow, faces)
        row = session.get_one(ItemRow, item_id)
        row.state, row.frames, row.duration_seconds = ItemState.DONE, 100, 50.0
    return job_id


def stay(first: float, last: float, yaw: float = 0.0) -> dict[float, float]:
    """Seen in each half second from `first` up to but excluding `last`."""
    return {half / 2: yaw for half in range(round(first * 2), round(last * 2))}
