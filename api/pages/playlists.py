"""Playlists: what ran when, a form to add one, and who saw each content."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from api.access.callers import current_caller
from api.audience_page.contents import AGES, GENDERS, SORTS, Chosen, make_content_table
from api.audience_page.links import Link
from api.audience_schemas.playlists import PlaylistOut, PlaylistsOut
from api.layout.rendering import show
from api.services import services
from api.views.playlists import find_playlist, find_playlist_audiences
from db.counts.tags import read_tags
from db.jobs.headcounts import read_headcounts
from db.jobs.status import read_job_labels
from db.playlists.playlists import read_playlists, remove_playlist

blueprint = Blueprint("playlists_page", __name__)
JOBS_OFFERED = 50


@blueprint.get("/playlists")
def show_page() -> Response:
    """The playlists, and a form to add one."""
    reach = current_caller().reach
    with services().database.read() as session:
        return show(
            "playlists.html",
            playlists=PlaylistsOut.of(read_playlists(session, reach)).playlists,
            jobs=read_job_labels(session, reach, limit=JOBS_OFFERED),
            tags=[one.tag for one in read_tags(session, reach) if not one.tag.startswith("run:")],
            sources=[one.asked.source for one in read_headcounts(session, reach)],
        )


@blueprint.get("/playlists/<number:playlist_id>")
def show_playlist(playlist_id: int) -> Response:
    """Who saw each content, of everybody or of a group of people."""
    chosen = Chosen.read(request.args)
    people, seconds = find_playlist_audiences(playlist_id, *chosen.list_parameters())
    table = make_content_table(people, seconds, chosen)
    args = {name: text for name, text in request.args.items() if text}
    return show(
        "playlist.html",
        playlist=people.playlist,
        people=people,
        table=table,
        best=next((row for row in table.rows if row.people != 0), None),
        chosen=chosen,
        link=Link(f"/playlists/{playlist_id}", args),
        genders=GENDERS,
        ages=AGES,
        sorts=SORTS,
    )


@blueprint.post("/playlists/<number:playlist_id>/remove")
def remove(playlist_id: int) -> Response:
    """Remove a playlist, and show those that are left."""
    with services().database.write() as session:
        PlaylistOut.of(find_playlist(session, playlist_id))
        remove_playlist(session, playlist_id)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/playlists"})
