"""`view=tracks` of a job's results: a page as JSON, or all of them streamed as a file."""

from collections.abc import Callable, Iterator

from flask import Response

from api.exports.tables import CSV, NDJSON, PARQUET, reply_file, stream_csv, stream_parquet
from api.exports.track_rows import TRACK_SCHEMA, make_track_rows
from api.schemas.queries import RESULTS_PER_PAGE, ResultsQuery
from api.schemas.replies import reply
from api.schemas.tracks import TrackOut, TracksOut
from db.engine import Database
from db.results.filters import ResultFilter
from db.video_values import StoredTrack
from db.videos.tracks import cursor_of, read_tracks

STREAM_PAGE = 500


def reply_tracks(database: Database, job_id: int, query: ResultsQuery) -> Response:
    """In the format of the query."""
    return _FORMATS[query.format](database, job_id, query)


def _reply_json(database: Database, job_id: int, query: ResultsQuery) -> Response:
    limit = query.limit or RESULTS_PER_PAGE
    tracks = _read_page(database, job_id, query.to_filter(), query.cursor, limit)
    next_cursor = cursor_of(tracks[-1]) if len(tracks) == limit else None
    return reply(TracksOut(tracks=[TrackOut.of(one) for one in tracks], next_cursor=next_cursor))


def _reply_ndjson(database: Database, job_id: int, query: ResultsQuery) -> Response:
    tracks = _read_all(database, job_id, query)
    lines = (track.model_dump_json() + "\n" for track in tracks)
    return reply_file(lines, NDJSON, f"job-{job_id}-tracks.ndjson")


def _reply_csv(database: Database, job_id: int, query: ResultsQuery) -> Response:
    rows = make_track_rows(_read_all(database, job_id, query))
    return reply_file(stream_csv(TRACK_SCHEMA, rows), CSV, f"job-{job_id}-tracks.csv")


def _reply_parquet(database: Database, job_id: int, query: ResultsQuery) -> Response:
    rows = make_track_rows(_read_all(database, job_id, query))
    groups = stream_parquet(TRACK_SCHEMA, rows)
    return reply_file(groups, PARQUET, f"job-{job_id}-tracks.parquet")


_FORMATS: dict[str, Callable[[Database, int, ResultsQuery], Response]] = {
    "json": _reply_json,
    "ndjson": _reply_ndjson,
    "csv": _reply_csv,
    "parquet": _reply_parquet,
}


def _read_all(database: Database, job_id: int, query: ResultsQuery) -> Iterator[TrackOut]:
    """Page by page, each in a session of its own: a slow reader holds no connection."""
    wanted, after, left = query.to_filter(), query.cursor, query.limit
    while left is None or left > 0:
        limit = STREAM_PAGE if left is None else min(left, STREAM_PAGE)
        tracks = _read_page(database, job_id, wanted, after, limit)
        yield from map(TrackOut.of, tracks)
        if len(tracks) < limit:
            return
        after = cursor_of(tracks[-1])
        left = None if left is None else left - limit


def _read_page(
    database: Database, job_id: int, wanted: ResultFilter, after: int, limit: int
) -> list[StoredTrack]:
    with database.read() as session:
        return read_tracks(session, job_id, wanted, after=after, limit=limit)
