"""Jobs of folders and buckets: the dispatcher lists their files."""

from http import HTTPStatus

from api.access.callers import current_caller
from api.errors import ApiError, InvalidRequest
from api.schemas.submissions import FolderBody
from api.services import services
from api.submissions.idempotency import refuse_accepted
from api.submissions.quotas import check_job_room, find_item_limit
from api.submissions.retention import limit_retention
from db.job_values import NewJob
from db.submissions.drafts import create_draft
from db.submissions.idempotency import note_request
from db.submissions.listings import add_listing
from models.errors import ForbiddenItem, ItemError
from models.folder_names import FolderNames
from worker.addresses.folder_address import FolderAddress


def submit_folder(
    folder: FolderBody, job: NewJob, *, idempotency_key: str | None, digest: str
) -> int:
    """Create a job that is open until all files of the folder are listed."""
    _check(folder, job)
    opened = services()
    with opened.database.write() as session:
        refuse_accepted(session, idempotency_key, digest)
        check_job_room(session)
        job = limit_retention(session, job, opened.settings.retention_days)
        job_id = create_draft(session, job)
        add_listing(session, job_id, folder.uri, folder.dimensions, find_item_limit())
        if idempotency_key is not None:
            note_request(session, current_caller().reach.home, idempotency_key, digest, job_id)
    return job_id


def _check(folder: FolderBody, job: NewJob) -> None:
    """Raises ApiError for a folder that may not be listed, and for dimensions that clash."""
    try:
        services().folders.check(FolderAddress.parse(folder.uri))
        if job.options.folders_as is not None:
            FolderNames.parse(job.options.folders_as).check_clash(folder.dimensions)
    except ItemError as error:
        forbidden = isinstance(error, ForbiddenItem)
        status = HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.UNPROCESSABLE_ENTITY
        raise ApiError(status, f"The folder cannot be listed. {error}", error.code) from error
    except ValueError as error:
        raise InvalidRequest(f"The request is not valid. folder.dimensions: {error}.") from error
