"""Whose sessions of browsers are open, and the end of all sessions of one holder."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from db.access.key_values import Holder, Sessions
from db.clock import DatabaseTime
from db.reach import ALL_TENANTS, Reach
from db.tables.access import KeyRow, SessionRow

MOST_LISTED = 1000


def read_sessions(
    session: Session, reach: Reach, issuer: str, own_digests: Collection[bytes]
) -> list[Sessions]:
    """Who within this reach is logged in, the last one first: people whom `issuer` knows, holders
    of keys that are valid, and those of the keys with `own_digests`, which are no rows."""
    rows = session.execute(
        select(
            *(SessionRow.subject, KeyRow.id, func.max(SessionRow.name), func.max(KeyRow.name)),
            *(func.max(SessionRow.tenant), func.max(KeyRow.tenant), func.count()),
            *(func.max(SessionRow.created_at), func.max(SessionRow.expires_at)),
        )
        .join(KeyRow, KeyRow.digest == SessionRow.key_digest, isouter=True)
        .where(
            SessionRow.expires_at >= DatabaseTime(),
            _is_valid(issuer, own_digests),
            *_is_within(reach),
        )
        .group_by(SessionRow.subject, KeyRow.id)
        .order_by(func.max(SessionRow.created_at).desc())
        .limit(MOST_LISTED)
    )
    return [
        Sessions(
            holder=Holder(subject, key_id),
            name=name or key_name,
            tenant=tenant or key_tenant or ALL_TENANTS,
            count=count,
            last_opened_at=last,
            expires_at=expires,
        )
        for subject, key_id, name, key_name, tenant, key_tenant, count, last, expires in rows
    ]


def _is_valid(issuer: str, own_digests: Collection[bytes]) -> ColumnElement[bool]:
    key_is_valid = and_(
        KeyRow.revoked_at.is_(None),
        or_(KeyRow.expires_at.is_(None), KeyRow.expires_at > DatabaseTime()),
    )
    return or_(
        SessionRow.issuer == issuer,
        and_(KeyRow.id.is_not(None), key_is_valid),
        SessionRow.key_digest.in_(own_digests),
    )


def _is_within(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    if reach.tenant is None:
        return ()
    return (or_(SessionRow.tenant == reach.tenant, KeyRow.tenant == reach.tenant),)


def end_sessions(
    session: Session, reach: Reach, holder: Holder, issuer: str, own_digests: Collection[bytes]
) -> int:
    """Close all sessions of a holder within this reach, and return how many there were."""
    if holder.subject is not None:
        of_holder = and_(SessionRow.issuer == issuer, SessionRow.subject == holder.subject)
        if reach.tenant is not None:
            of_holder = and_(of_holder, SessionRow.tenant == reach.tenant)
    elif holder.key_id is not None:
        keys = select(KeyRow.digest).where(KeyRow.id == holder.key_id, *reach.match(KeyRow.tenant))
        of_holder = SessionRow.key_digest.in_(keys)
    else:
        of_holder = SessionRow.key_digest.in_(own_digests if reach.tenant is None else ())
    closed = delete(SessionRow).where(of_holder).returning(SessionRow.digest)
    return len(session.execute(closed).all())
