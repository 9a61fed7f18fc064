"""One item, large: a picture with its faces, or a video with its people."""

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from api.layout.rendering import show
from api.media.thumbnails import may_see_faces
from api.schemas.results import ResultOut
from api.schemas.tracks import PeopleQuery, TrackOut
from api.services import services
from api.validation import validate
from db.results.pictures import read_upload
from db.results.reading import read_item
from db.videos.tracks import count_tracks_of_item, read_tracks_of_item
from db.zones.kept import read_job_zones

blueprint = Blueprint("item_page", __name__)
# A long video may have thousands of people: they are shown in parts.
PEOPLE_PER_PART = 60


@dataclass(frozen=True, slots=True)
class People:
    """Some of a video's people."""

    tracks: list[TrackOut]
    in_all: int
    next_after: int | None  # the last number shown; None if no more follow
    seconds: float  # of the video, for the lane of each


@blueprint.get("/items/<number:item_id>")
def show_page(item_id: int) -> Response:
    """The uploaded picture or video if it is stored, otherwise its thumbnail; a line for each face
    or person."""
    with services().database.read() as session:
        item = read_item(session, item_id, faces_of_videos=False)
        uploaded = may_see_faces() and read_upload(session, item_id) is not None
        if item is None:
            abort(404, f"There is no item {item_id}.")
        line = ResultOut.of(item)
        people = _read_people(session, line)
        zones = read_job_zones(session, item.job_id) if line.video else ()
    return show(
        "item.html",
        item=line,
        zones=[asdict(zone) for zone in zones],
        people=people,
        clock=format_moment,
        job_id=item.job_id,
        uploaded=uploaded and line.video is None,
        original=uploaded and line.video is not None,
    )


@blueprint.get("/items/<number:item_id>/people")
def show_people(item_id: int) -> Response:
    """More of a video's people."""
    with services().database.read() as session:
        item = read_item(session, item_id, faces_of_videos=False)
        if item is None:
            abort(404, f"There is no item {item_id}.")
        people = _read_people(session, ResultOut.of(item))
    return show("more_people.html", item_id=item_id, people=people, clock=format_moment)


def _read_people(session: Session, item: ResultOut) -> People:
    after = validate(PeopleQuery, {"after": request.args.get("after", 0)}).after
    found = read_tracks_of_item(session, item.item, after=after, limit=PEOPLE_PER_PART + 1)
    tracks = [TrackOut.of(track) for track in found[:PEOPLE_PER_PART]]
    more = len(found) > PEOPLE_PER_PART
    ends = [track.last_seconds for track in tracks]
    stated = item.video.duration_seconds if item.video is not None else None
    return People(
        tracks,
        count_tracks_of_item(session, item.item),
        tracks[-1].track if more else None,
        max([stated or 0.0, *ends], default=0.0) or 1.0,
    )


def format_time(seconds: float) -> str:
    """Format a time as video players do: `0:07`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_moment(seconds: float) -> str:
    """With tenths, `0:07.4`: many people are visible for less than a second."""
    tenths = round(10 * seconds)
    return f"{format_time(tenths // 10)}.{tenths % 10}"
