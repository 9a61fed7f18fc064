"""Folders of the store that no job has yet: abandoned after a while, and then given to none."""

from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.submissions.loose_folders import (
    ABANDONED_SECONDS,
    forget_folder,
    give_folder,
    note_folder,
    renew_folder,
    take_abandoned_folders,
)
from db.tables.jobs import JobRow, LooseFolderRow
from tests.support.work.jobs import submit


def note(database: Database, folder: str, seconds_ago: float = 0.0) -> None:
    with database.write() as session:
        note_folder(session, folder)
        session.flush()
        seen_at = DatabaseTime(-seconds_ago)
        of_folder = LooseFolderRow.folder == folder
        session.execute(update(LooseFolderRow).where(of_folder).values(seen_at=seen_at))


def take(database: Database) -> list[str]:
    with database.write() as session:
        return take_abandoned_folders(session)


def test_a_folder_that_is_still_filled_is_not_abandoned(database: Database) -> None:
    note(database, "young")
    note(database, "renewed", ABANDONED_SECONDS + 1)
    with database.write() as session:
        renew_folder(session, "renewed")
    assert take(database) == []


def test_an_abandoned_folder_is_taken_until_it_is_forgotten(database: Database) -> None:
    note(database, "old", ABANDONED_SECONDS + 1)
    assert take(database) == take(database) == ["old"]
    with database.write() as session:
        forget_folder(session, "old")
    assert take(database) == []


def test_a_folder_goes_to_one_job(database: Database) -> None:
    job_id = submit(database)
    note(database, "upload", ABANDONED_SECONDS + 1)
    with database.write() as session:
        assert give_folder(session, "upload", job_id)
        assert not give_folder(session, "upload", job_id)
    assert take(database) == []
    with database.read() as session:
        assert session.get_one(JobRow, job_id).store_folders == ["upload"]


def test_a_request_that_was_given_up_cannot_give_its_folder_to_a_job(database: Database) -> None:
    job_id = submit(database)
    note(database, "old", ABANDONED_SECONDS + 1)
    assert take(database) == ["old"]
    with database.write() as session:
        assert not give_folder(session, "old", job_id)
        assert not give_folder(session, "none", job_id)
