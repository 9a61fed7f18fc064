"""Many rows in one statement are stored unchanged."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from db.bulk import add_to_rows, insert_new_rows, insert_rows, update_rows
from db.engine import Database
from db.states import ItemState
from db.tables.audience import CellRow
from db.tables.items import DigestRow, ItemRow
from tests.support.work.jobs import submit

MASSES = {"female_milli": 0, "width_years": 10}
TEXTS = {
    "plain": "cam1/0001.jpg",
    "quotes": "a \"quoted\" 'name' \\ with %(percent)s :colon",
    "letters": "Żółć-写真-😀.jpg",
    "lines": "two\nlines\tand a tab",
    "empty": "",
}


def item(job_id: int, position: int, **changes: object) -> dict[str, object]:
    return {
        "job_id": job_id,
        "position": position,
        "name": "name",
        "uri": "file:///1.jpg",
        "state": ItemState.WAITING,
        "captured_at": None,
        "dimensions": {},
        **changes,
    }


def read_items(database: Database, job_id: int) -> list[ItemRow]:
    query = select(ItemRow).where(ItemRow.job_id == job_id).order_by(ItemRow.position)
    with database.read() as session:
        return list(session.scalars(query))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_stored_unchanged(database: Database, text: str) -> None:
    job_id = submit(database, items=1)

    with database.write() as session:
        insert_rows(session, ItemRow, [item(job_id, 1, name=text, dimensions={text: text})])

    stored = read_items(database, job_id)[1]
    assert (stored.name, stored.dimensions) == (text, {text: text})


def test_a_time_keeps_its_microseconds(database: Database) -> None:
    job_id = submit(database, items=1)
    moment = datetime(2026, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)

    with database.write() as session:
        insert_rows(session, ItemRow, [item(job_id, 1, captured_at=moment), item(job_id, 2)])

    assert [stored.captured_at for stored in read_items(database, job_id)[1:]] == [moment, None]


def test_an_update_changes_only_the_rows_it_names(database: Database) -> None:
    job_id = submit(database, items=3)
    first, second, third = (stored.id for stored in read_items(database, job_id))

    with database.write() as session:
        rows = [
            {"id": first, "state": ItemState.DONE, "width_pixels": 640},
            {"id": third, "state": ItemState.FAILED, "width_pixels": None},
        ]
        update_rows(session, ItemRow, rows)

    assert [
        (stored.id, stored.state, stored.width_pixels) for stored in read_items(database, job_id)
    ] == [
        (first, "done", 640),
        (second, "waiting", None),
        (third, "failed", None),
    ]


def test_numbers_are_added_to_an_existing_row(database: Database) -> None:
    job_id = submit(database, items=1)
    key = {
        "job_id": job_id,
        "dimension_set": "",
        "quarter_hour": "",
        "unit": "picture",
        "gender": "female",
    }

    with database.write() as session:
        add_to_rows(session, CellRow, [{**key, "age": 20, **MASSES, "faces": 2}])
        add_to_rows(
            session,
            CellRow,
            [{**key, "age": 20, **MASSES, "faces": 3}, {**key, "age": 21, **MASSES, "faces": 1}],
        )

    with database.read() as session:
        cells = {cell.age: cell.faces for cell in session.scalars(select(CellRow))}
    assert cells == {20: 5, 21: 1}


def test_no_rows_make_no_statement(database: Database) -> None:
    with database.write() as session:
        insert_rows(session, ItemRow, [])
        update_rows(session, ItemRow, [])
        add_to_rows(session, CellRow, [])


def test_rows_with_existing_keys_are_unchanged(database: Database) -> None:
    first = [{"job_id": 1, "digest": bytes([0, number]), "item_id": number} for number in range(3)]
    second = [{**row, "item_id": 9} for row in first[1:]]
    new = {"job_id": 2, "digest": b"\xff'", "item_id": 4}

    with database.write() as session:
        assert insert_new_rows(session, DigestRow, []) == 0
        assert insert_new_rows(session, DigestRow, first) == 3
        assert insert_new_rows(session, DigestRow, second) == 0
        assert insert_new_rows(session, DigestRow, [*second, new]) == 1

    with database.read() as session:
        stored = session.scalars(select(DigestRow).order_by(DigestRow.item_id)).all()
    assert [(row.job_id, row.digest, row.item_id) for row in stored] == [
        (1, b"\x00\x00", 0),
        (1, b"\x00\x01", 1),
        (1, b"\x00\x02", 2),
        (2, b"\xff'", 4),
    ]
