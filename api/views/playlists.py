"""Playlists: what ran when, kept, and joined with who was there."""

from dataclasses import fields
from http import HTTPStatus
from typing import Any

import pyarrow
from flask import Response, abort
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.access.limiter import count_more_audiences
from api.audience_schemas.playlists import (
    PlaylistAudienceOut,
    PlaylistAudienceParameters,
    PlaylistBody,
    PlaylistOut,
    PlaylistParameters,
    PlaylistPath,
    PlaylistQueryParameters,
    PlaylistsOut,
)
from api.call_groups import CallGroup
from api.errors import invalid_if
from api.exports.audience import CONTENT_SCHEMA, make_content_rows
from api.exports.columns import MOMENT, TEXT
from api.exports.tables import reply_file, stream_csv
from api.media_types import CSV, JSON
from api.playlists.keeping import keep_sent_playlist
from api.schemas.errors import ERRORS, answers, problem
from api.schemas.replies import PLAIN, document_body, reply
from api.services import services
from api.validation import refuse_repeated_parameters
from db.playlists.audience import read_playlist_audiences
from db.playlists.playlists import read_playlist, read_playlists, read_spots, remove_playlist
from db.playlists.spots import from_ms
from db.playlists.values import Playlist
from db.slices.queries import AudienceTooLarge

blueprint = CallGroup(
    "playlists", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)
SPOTS_SCHEMA = {"start": MOMENT, "end": MOMENT, "content": TEXT}
CSV_SPOTS: dict[str, Any] = {
    "schema": {"type": "string"},
    "example": "start,end,content,store\n"
    "2026-07-01T12:00:00,2026-07-01T12:00:10,Summer sale,Lyon\n",
}
for model, name in ((PlaylistOut, "PlaylistOut"), (PlaylistAudienceOut, "PlaylistAudienceOut")):
    model.model_config["openapi_extra"] = {  # type: ignore[typeddict-unknown-key]
        "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}, CSV: PLAIN}
    }


@blueprint.post(
    "/playlists",
    responses={201: PlaylistOut, 409: problem(409), 413: problem(413)},
    openapi_extensions=document_body({JSON: PlaylistBody, CSV: CSV_SPOTS}),
)
def create(query: PlaylistParameters) -> Response:
    """Keep a playlist: all of its spots, or none if one is at fault; each fault is named.

    Query parameters are for a body of CSV, which has no other place for them.
    """
    refuse_repeated_parameters()
    return reply(PlaylistOut.of(keep_sent_playlist(query)), HTTPStatus.CREATED)


@blueprint.get("/playlists", responses={200: PlaylistsOut})
def list_playlists() -> Response:
    """List the playlists, the newest first."""
    with services().database.read() as session:
        return reply(PlaylistsOut.of(read_playlists(session, current_caller().reach)))


@blueprint.get("/playlists/<int:playlist_id>", responses=answers(PlaylistOut, 200))
def show_playlist(path: PlaylistPath, query: PlaylistQueryParameters) -> Response:
    """Show a playlist; with `format=csv`, its spots."""
    with services().database.read() as session:
        playlist = find_playlist(session, path.playlist_id)
        if query.format == "csv":
            return _reply_spots(session, playlist)
    return reply(PlaylistOut.of(playlist))


@blueprint.delete("/playlists/<int:playlist_id>", responses=answers(PlaylistOut, 200))
def remove(path: PlaylistPath) -> Response:
    """Remove a playlist. The jobs that saw it stay as they are."""
    with services().database.write() as session:
        playlist = find_playlist(session, path.playlist_id)
        remove_playlist(session, path.playlist_id)
    return reply(PlaylistOut.of(playlist))


@blueprint.get("/playlists/<int:playlist_id>/audience", responses=answers(PlaylistAudienceOut, 200))
def show_playlist_audience(path: PlaylistPath, query: PlaylistAudienceParameters) -> Response:
    """Count who saw each content, by gender and age band.

    Shares come with 95% confidence intervals. With keys, an answer counts as one audience for each
    content, of those that your tenant may ask for in a day.
    """
    refuse_repeated_parameters()
    [found] = find_playlist_audiences(path.playlist_id, query)
    if query.format == "csv":
        return reply_file(stream_csv(CONTENT_SCHEMA, make_content_rows(found)), CSV, "playlist.csv")
    return reply(found)


def find_playlist(session: Session, playlist_id: int) -> Playlist:
    playlist = read_playlist(session, playlist_id)
    if playlist is None:
        abort(404, f"There is no playlist {playlist_id}.")
    return playlist


def find_playlist_audiences(
    playlist_id: int, *asked: PlaylistAudienceParameters
) -> list[PlaylistAudienceOut]:
    """Several groupings of the same people."""
    with invalid_if(ValueError):
        least = services().settings.gender_min_probability
        queries = [parameters.to_query(services().min_cell, least) for parameters in asked]
    with services().database.read() as session:
        playlist = find_playlist(session, playlist_id)
        # The first one was counted before the view.
        count_more_audiences(services().limiter, current_caller(), len(playlist.contents) - 1)
        with invalid_if(AudienceTooLarge):
            found = read_playlist_audiences(session, playlist, queries)
    return [
        PlaylistAudienceOut.of(playlist, one, query)
        for one, query in zip(found, queries, strict=True)
    ]


def _reply_spots(session: Session, playlist: Playlist) -> Response:
    spots = read_spots(session, playlist.id)
    dimension = {} if playlist.dimension is None else {playlist.dimension: TEXT}
    columns = zip(*(getattr(spots, one.name).tolist() for one in fields(spots)), strict=True)
    rows = (
        (
            from_ms(start),
            from_ms(stop),
            playlist.contents[content],
            *(playlist.screens[screen] for _ in dimension),
        )
        for screen, start, stop, content in columns
    )
    schema = pyarrow.schema({**SPOTS_SCHEMA, **dimension})
    return reply_file(stream_csv(schema, rows), CSV, f"playlist-{playlist.id}.csv")
