"""Many rows in one statement: PostgreSQL gets them as a single JSON value, SQLite one by one.

For PostgreSQL, a statement for each row would cost the client more than the server. Unlike COPY,
the JSON value goes through SQLAlchemy, and callers get its errors.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TypeVar

from sqlalchemy import (
    Insert,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import JSON

from db.engine import is_postgresql
from db.tables.metadata import Table as Row

UpsertT = TypeVar("UpsertT", postgresql.Insert, sqlite.Insert)
Rows = Sequence[Mapping[str, object]]


def insert_rows(session: Session, row: type[Row], rows: Rows) -> None:
    """Insert rows that all name the same columns."""
    if not rows:
        return
    if is_postgresql(session):
        session.execute(_insertion(row, tuple(rows[0])), {"rows": _dump(rows)})
    else:
        session.execute(insert(_table_of(row)), rows)


def insert_new_rows(session: Session, row: type[Row], rows: Rows) -> int:
    """Insert the rows whose keys are new; returns how many. Sort them as for `add_to_rows`."""
    if not rows:
        return 0
    if is_postgresql(session):
        new: Insert = _insertion_of_new(row, tuple(rows[0]))
        sent: Rows | dict[str, str] = {"rows": _dump(rows)}
    else:
        new, sent = sqlite.insert(_table_of(row)).on_conflict_do_nothing(), rows
    counted = new.execution_options(preserve_rowcount=True)
    return session.connection().execute(counted, sent).rowcount


def update_rows(session: Session, row: type[Row], rows: Rows) -> None:
    """Update the rows with the given `id`s; all name the same columns."""
    if not rows:
        return
    if is_postgresql(session):
        session.execute(_change(row, tuple(rows[0])), {"rows": _dump(rows)})
    else:
        session.execute(update(row), rows)


def add_to_rows(session: Session, row: type[Row], rows: Rows) -> None:
    """Add the numbers of each row to the row with its key, or insert it if there is none.

    Sort the rows by their keys: then two transactions never wait for each other.
    """
    if not rows:
        return
    if is_postgresql(session):
        session.execute(_addition(row, tuple(rows[0])), {"rows": _dump(rows)})
    else:
        session.execute(_or_add(sqlite.insert(_table_of(row))), rows)


def put_rows(session: Session, row: type[Row], rows: Rows) -> None:
    """Insert rows, replacing those with the same keys."""
    if not rows:
        return
    if is_postgresql(session):
        session.execute(_replacement(row, tuple(rows[0])), {"rows": _dump(rows)})
    else:
        session.execute(_or_replace(sqlite.insert(_table_of(row))), rows)


@cache
def _insertion(row: type[Row], names: tuple[str, ...]) -> Insert:
    sent = _recordset(_table_of(row), names)
    return insert(_table_of(row)).from_select(names, select(sent))


@cache
def _insertion_of_new(row: type[Row], names: tuple[str, ...]) -> postgresql.Insert:
    sent = _recordset(_table_of(row), names)
    new = postgresql.insert(_table_of(row)).from_select(names, select(sent))
    return new.on_conflict_do_nothing()


@cache
def _change(row: type[Row], names: tuple[str, ...]) -> Update:
    table = _table_of(row)
    sent = _recordset(table, names)
    changes = {name: value for name, value in sent.c.items() if name != "id"}
    return update(table).where(table.c.id == sent.c.id).values(changes)


@cache
def _addition(row: type[Row], names: tuple[str, ...]) -> postgresql.Insert:
    sent = _recordset(_table_of(row), names)
    return _or_add(postgresql.insert(_table_of(row)).from_select(names, select(sent)))


@cache
def _replacement(row: type[Row], names: tuple[str, ...]) -> postgresql.Insert:
    sent = _recordset(_table_of(row), names)
    return _or_replace(postgresql.insert(_table_of(row)).from_select(names, select(sent)))


def _or_replace(inserted: UpsertT) -> UpsertT:
    table = inserted.table
    values = [column.name for column in table.columns if not column.primary_key]
    return inserted.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: inserted.excluded[name] for name in values},
    )


def _or_add(inserted: UpsertT) -> UpsertT:
    table = inserted.table
    numbers = [column.name for column in table.columns if not column.primary_key]
    return inserted.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: table.c[name] + inserted.excluded[name] for name in numbers},
    )


def _table_of(row: type[Row]) -> Table:
    return Row.metadata.tables[row.__tablename__]


def _recordset(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """The bound JSON value `rows` as a table with columns of these types."""
    columns = [column(name, table.c[name].type) for name in names]
    rows = cast(bindparam("rows", type_=Text), JSON)
    sent = func.json_to_recordset(rows).table_valued(*columns)
    return sent.render_derived(name="sent", with_types=True)


def _dump(rows: Rows) -> str:
    return json.dumps(rows, default=_dump_value)


def _dump_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"expected a datetime or bytes, got {type(value).__name__}")
