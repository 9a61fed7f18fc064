"""Playlists from the body of a request: whose people saw what ran, and by which clock."""

from http import HTTPStatus

from flask import request
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_schemas.playlists import PlaylistBody, PlaylistFields, PlaylistParameters
from api.errors import ApiError, InvalidRequest
from api.media_types import CSV
from api.playlists.schedules import read_csv_schedule, read_json_schedule
from api.services import services
from api.submissions.forms import read_body
from api.validation import validate, validate_json
from db.jobs.owners import read_tenant_of_job
from db.playlists.playlists import put_playlist, read_time_zones, select_jobs
from db.playlists.values import NameTaken, NewPlaylist, Playlist, PlaylistRefused, Schedule, Viewers
from models.blocks import Readable, read_blocks
from models.time_zones import find_zone

# For more, a client sends CSV, which is read line by line.
MOST_JSON_BYTES = 8 << 20


def keep_sent_playlist(query: PlaylistParameters) -> Playlist:
    """Of a CSV body, which the parameters belong to, or of a JSON body, which has its own."""
    if request.mimetype == CSV:
        request.max_content_length = services().settings.max_upload_bytes
        return keep_csv_playlist(validate(PlaylistFields, query.to_fields()), request.stream)
    if request.args:
        problem = f"Query parameters are only for CSV, with the header Content-Type: {CSV}."
        raise ApiError(HTTPStatus.BAD_REQUEST, problem)
    body = validate_json(PlaylistBody, read_body(request, MOST_JSON_BYTES))
    tenant, zone = choose_tenant_and_time_zone(body.viewers(), body.time_zone)
    schedule = read_json_schedule(body.spots, find_zone(zone))
    return _keep(body, tenant, zone, schedule)


def keep_csv_playlist(asked: PlaylistFields, file: Readable) -> Playlist:
    tenant, zone = choose_tenant_and_time_zone(asked.viewers(), asked.time_zone)
    staged = services().staging.new_file()
    for block in read_blocks(file):
        staged.write(block)
    staged.seek(0)
    with staged.path.open("rb") as lines:
        schedule = read_csv_schedule(lines, find_zone(zone))
    return _keep(asked, tenant, zone, schedule)


def choose_tenant_and_time_zone(viewers: Viewers, wanted: str | None) -> tuple[str, str]:
    """The tenant of the jobs, and the zone of times without an offset: that of the jobs, if they
    have one. Raises ApiError for jobs that are not there, or that differ in either."""
    with services().database.read() as session:
        tenant = _find_tenant(session, viewers)
        if session.scalars(select_jobs(session, tenant, viewers)).first() is None:
            _refuse_nobody(viewers)
        zones = read_time_zones(session, tenant, viewers)
    if wanted is None and len(zones) > 1:
        raise InvalidRequest(
            f"These jobs have several time zones: {', '.join(zones[:3])}. Give the one of the "
            "playlist as time_zone."
        )
    return tenant, wanted or (zones[0] if zones else services().settings.time_zone)


def _find_tenant(session: Session, viewers: Viewers) -> str:
    reach = current_caller().reach
    tenants = set()
    for job_id in viewers.jobs:
        tenant = read_tenant_of_job(session, job_id)
        if tenant is None or not reach.includes(tenant):
            raise InvalidRequest(f"There is no job {job_id}.")
        tenants.add(tenant)
    if len(tenants) > 1:
        raise InvalidRequest(
            "These jobs belong to several tenants. Make a playlist for each tenant."
        )
    return next(iter(tenants), reach.home)


def _refuse_nobody(viewers: Viewers) -> None:
    """A live source may have no day yet."""
    if viewers.jobs:
        raise InvalidRequest("These jobs were erased. Choose others.")
    if viewers.tag is not None:
        raise InvalidRequest(f"No job has the tag {viewers.tag!r}.")
    raise InvalidRequest(
        f"Nobody was counted in front of {viewers.source!r}. Start a headcount that keeps times."
    )


def _keep(asked: PlaylistFields, tenant: str, time_zone: str, schedule: Schedule) -> Playlist:
    new = NewPlaylist(tenant, asked.name, asked.viewers(), time_zone, schedule)
    try:
        with services().database.write() as session:
            return put_playlist(session, new, replaces=asked.replace)
    except NameTaken as error:
        raise ApiError(HTTPStatus.CONFLICT, str(error), "name_taken") from error
    except PlaylistRefused as error:
        raise ApiError(HTTPStatus.CONFLICT, str(error), "too_many_playlists") from error
