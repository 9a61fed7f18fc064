"""People of a video, as its join records them."""

from db.bulk import insert_rows
from db.counts.video_counts import count_video
from db.engine import Database
from db.quality import quality_columns
from db.results.faces import box_columns, estimate_columns, face_columns
from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import TrackRow
from models.face import NONE_DROPPED, Face
from tests.support.work.jobs import claim_next, make_face, submit

Person = tuple[Face, float, tuple[float, ...]]
# A woman who is visible for half a minute and turns away halfway, and two men who pass by.
CAST = (
    (make_face(30, 0.9), 30.0, (0.0, 90.0)),
    (make_face(50, 0.1), 6.0, (0.0,)),
    (make_face(50, 0.1), 4.0, (0.0,)),
    (make_face(50, 0.1, quality=0.1), 100.0, (0.0,)),
)


def record_people(
    database: Database, cast: tuple[tuple[Face, float, tuple[float, ...]], ...]
) -> int:
    """A video with these people: a face, how long each is visible, and the yaw in each frame."""
    job_id = submit(database, items=1, dimensions={"store": "Lyon"})
    chunk = claim_next(database)
    [item] = chunk.items
    tracks, faces = [], []
    for number, (face, seconds, yaws) in enumerate(cast, 1):
        tracks.append(make_track(item.id, number, face, seconds))
        faces += [
            {**face_columns(face, 0.6), "item_id": item.id, "ordinal": len(faces), "frame": frame,
             "time_seconds": 0.0, "track": number, "yaw": yaw}
            for frame, yaw in enumerate(yaws)
        ]  # fmt: skip
    with database.write() as session:
        insert_rows(session, TrackRow, tracks)
        insert_rows(session, FaceRow, faces)
        row = session.get_one(ItemRow, item.id)
        row.state, row.frames = ItemState.DONE, 2
        count_video(
            session, job_id, item, chunk.options, NONE_DROPPED, counts=True, is_duplicate=False
        )
    return job_id


def make_track(item_id: int, number: int, face: Face, seconds: float) -> dict[str, object]:
    return {
        "item_id": item_id, "number": number, "first_seconds": 0.0, "last_seconds": seconds,
        "seconds_visible": seconds, "faces": 2, "score": 0.9, "age_spread": 1.0, "best_frame": 0,
        "best_seconds": 0.0, "has_thumbnail": False, **box_columns(face.box),
        **estimate_columns(face.gender, face.age, face.judged, 0.6),
        **quality_columns(face.quality),
    }  # fmt: skip
