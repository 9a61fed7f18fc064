"""Items of a job with the same bytes: which one was recorded first, and what was found in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.bulk import insert_new_rows
from db.embeddings import read_embeddings
from db.item_values import ClaimedChunk, ItemResult, RecordedPicture
from db.job_values import JobOptions
from db.results.pictures import read_thumbnails
from db.results.reading import read_items
from db.results.similar import find_similar
from db.tables.items import DigestRow
from models.face import NONE_DROPPED


def find_recorded(
    session: Session, job_id: int, digests: Iterable[bytes], *, people: bool = False
) -> dict[bytes, RecordedPicture]:
    """What was recorded for the pictures of a job with these digests, by digest, if anything; with
    the embeddings of faces if the job asks for `people`."""
    owners = _read_owners(session, job_id, digests)
    if not owners:
        return {}
    items = {item.id: item for item in read_items(session, owners.values())}
    thumbnails = read_thumbnails(session, owners.values())
    embeddings = read_embeddings(session, job_id, owners.values()) if people else {}
    return {
        digest: RecordedPicture(
            width_pixels=items[owner].width_pixels,
            height_pixels=items[owner].height_pixels,
            faces=tuple(
                replace(stored.face, embedding=embeddings.get((owner, ordinal)))
                for ordinal, stored in enumerate(items[owner].faces)
            ),
            thumbnail=thumbnails.get(owner),
            dropped=items[owner].dropped,
        )
        for digest, owner in owners.items()
        if owner in items
    }


def mark_duplicates(
    session: Session, chunk: ClaimedChunk, results: Sequence[ItemResult]
) -> list[ItemResult]:
    """The results as they count: each duplicate names the first item with the same bytes.

    Call it in the transaction that records them: of several transactions with the same bytes, one
    finds itself the first, and the others wait until it ends. An item that failed is never the
    first: a duplicate of it may still succeed.
    """
    ours: dict[bytes, int] = {}
    for result in results:
        if result.digest is not None and result.error is None:
            ours.setdefault(result.digest, result.item.id)
    first = {**ours, **_enter(session, chunk.job_id, ours)}
    marked = [_mark(result, first, chunk.options) for result in results]
    if not chunk.options.compares_looks:
        return marked
    others = [one for one in marked if one.error is None and one.duplicate_of is None]
    similar = find_similar(session, chunk.job_id, others)
    return [
        _refer(one, similar[one.item.id], chunk.options) if one.item.id in similar else one
        for one in marked
    ]


def _mark(result: ItemResult, first: Mapping[bytes, int], options: JobOptions) -> ItemResult:
    if result.digest is None or result.error is not None:
        return result
    owner = first[result.digest]
    return result if owner == result.item.id else _refer(result, owner, options)


def _refer(result: ItemResult, owner: int, options: JobOptions) -> ItemResult:
    """A duplicate, as it counts."""
    if options.counts_once:
        return replace(result, duplicate_of=owner, faces=(), thumbnail=None, dropped=NONE_DROPPED)
    return replace(result, duplicate_of=owner)


def _enter(session: Session, job_id: int, ours: Mapping[bytes, int]) -> dict[bytes, int]:
    """Enter new digests; returns the first item of each, or nothing where all were new."""
    # In the order of their keys, so that two transactions never wait for each other.
    rows = [
        {"job_id": job_id, "digest": digest, "item_id": item_id}
        for digest, item_id in sorted(ours.items())
    ]
    all_new = insert_new_rows(session, DigestRow, rows) == len(rows)
    return {} if all_new else _read_owners(session, job_id, ours)


def _read_owners(session: Session, job_id: int, digests: Iterable[bytes]) -> dict[bytes, int]:
    wanted = list(digests)
    if not wanted:
        return {}
    query = select(DigestRow.digest, DigestRow.item_id).where(
        DigestRow.job_id == job_id, DigestRow.digest.in_(wanted)
    )
    return {digest: item_id for digest, item_id in session.execute(query)}
