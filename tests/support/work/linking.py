"""Jobs that ask for people, with faces whose embeddings are made up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy import func, select

from db.engine import Database
from db.item_values import ClaimedChunk, ItemResult, NewItem
from db.job_values import Duplicates, JobOptions, NewJob
from db.pack_values import PEOPLE_PACK
from db.states import ChunkKind
from db.submissions.drafts import accept_job
from db.tables.people import EmbeddingRow
from models.face import Face
from tests.support.models.packs import PACKS, make_version
from tests.support.work.jobs import claim, close, hints, make_face, record
from worker.lease import HeldChunk, LeaseTerms
from worker.people.runner import PeopleRunner
from worker.settings import Settings
from worker.stages import StageTimes

WITH_PEOPLE = {**PACKS, PEOPLE_PACK: make_version(PEOPLE_PACK)}


def embed(person: int, variant: int = 0) -> bytes:
    """Alike for one person, whatever the variant, and unlike that of any other."""
    embedding = np.random.default_rng(person).normal(size=128)
    embedding += 0.2 * np.random.default_rng(1000 + variant).normal(size=128)
    return np.rint(embedding * 127 / np.abs(embedding).max()).astype(np.int8).tobytes()


def face_of(person: int, variant: int = 0, **face: float) -> Face:
    """Women of 20, 21 … years, as the person is numbered."""
    made = make_face(**{"years": 20.0 + person, "female": 0.9, **face})  # type: ignore[arg-type]
    return replace(made, embedding=embed(person, variant))


def submit_for_people(
    database: Database,
    items: int,
    *,
    chunk_items: int = 2,
    duplicates: Duplicates = Duplicates.COUNT,
    captured_at: Sequence[datetime] = (),
    stores: Sequence[str] = (),
) -> int:
    new = [
        NewItem(
            f"{number}.jpg",
            f"file:///{number}.jpg",
            captured_at[number] if captured_at else None,
            {"store": stores[number]} if stores else {},
        )
        for number in range(items)
    ]
    options = JobOptions(people=True, duplicates=duplicates)
    with database.write() as session:
        return accept_job(session, NewJob(options=options), new, chunk_items)


def claim_for_people(database: Database) -> ClaimedChunk:
    chunk = claim(database, hints(database, resend_seconds=-1)[0], packs=WITH_PEOPLE)
    assert chunk is not None
    return chunk


def find_all(
    database: Database, people: Sequence[Sequence[int]], *, backwards: bool = False
) -> None:
    """Record who is in each picture, chunk by chunk."""
    ids = hints(database, resend_seconds=-1)
    for chunk_id in reversed(ids) if backwards else ids:
        chunk = claim(database, chunk_id, packs=WITH_PEOPLE)
        assert chunk is not None
        results = []
        for item in chunk.items:
            number = int(item.name.removesuffix(".jpg"))
            faces = tuple(face_of(person, number) for person in people[number])
            results.append(ItemResult(item, None, 640, 480, faces))
        assert record(database, chunk, results)


def hold(
    database: Database, chunk: ClaimedChunk, *, work_seconds: float = 60.0, ends: bool = False
) -> HeldChunk:
    return HeldChunk(chunk, database, LeaseTerms(60.0, work_seconds, lambda: ends), StageTimes())


def begin_linking(database: Database) -> ClaimedChunk:
    """The chunk that links, claimed."""
    assert close(database) == []
    chunk = claim_for_people(database)
    assert (chunk.kind, chunk.items) == (ChunkKind.LINK, ())
    return chunk


def link(settings: Settings, database: Database) -> None:
    """Link the people of a job whose items have ended, and close it."""
    PeopleRunner(settings).run(hold(database, begin_linking(database)))
    assert len(close(database)) == 1


def count_embeddings(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(func.count()).select_from(EmbeddingRow)).one()
