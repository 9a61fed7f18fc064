"""Tables and COCO are written while they are sent, so memory does not grow with their length."""

import io
import tracemalloc
from collections.abc import Callable, Iterator

import pyarrow
import pytest
from pyarrow import parquet

from api.exports.coco import stream_coco
from api.exports.results import RESULT_SCHEMA
from api.exports.tables import stream_csv, stream_parquet
from db.item_values import StoredFace, StoredItem
from db.states import ItemState
from tests.support.work.jobs import make_face

FACES = (make_face(years=30.4, female=0.9), make_face(years=52.6, female=0.55))


def make_row(number: int) -> tuple[object, ...]:
    return (
        *(number, f"{number}.jpg", "done", None, None, 640, 480, None),
        *({"store": f"{number}"}, f"/v1/items/{number}/thumbnail", None, 1, 10, 20, 30, 40, 0.9),
        *("female", 0.9, 0.9, 30.4, 25, 35, "25-32"),
        *(0.9, True, 40.0, 0.9, 0.5, 0.3, 0, 0, 0, False),
        *(None, None, None, None, "default 1"),
    )


def make_item(number: int) -> StoredItem:
    faces = tuple(StoredFace(face, "female") for face in FACES)
    return StoredItem(
        number,
        1,
        number,
        f"{number}.jpg",
        ItemState.DONE,
        None,
        640,
        480,
        None,
        {},
        None,
        True,
        faces,
    )


def make_coco(rows: int) -> Iterator[object]:
    def read() -> Iterator[StoredItem]:
        return map(make_item, range(rows))

    return stream_coco(1, "default 1", read, read)


def make_csv(rows: int) -> Iterator[object]:
    return stream_csv(RESULT_SCHEMA, map(make_row, range(rows)))


def make_parquet(rows: int) -> Iterator[object]:
    return stream_parquet(RESULT_SCHEMA, map(make_row, range(rows)), rows_per_group=500)


@pytest.mark.parametrize("make", [make_csv, make_parquet, make_coco])
def test_the_memory_of_an_export_does_not_grow_with_its_rows(
    make: Callable[[int], Iterator[object]],
) -> None:
    small, large = (measure_peak(make(rows)) for rows in (1_000, 4_000))
    # COCO keeps a byte for each picture and Parquet some for each group; a row takes hundreds.
    assert large < small + 3_000 * 20


def measure_peak(parts: Iterator[object]) -> int:
    """The most bytes in use while the parts are made and dropped."""
    tracemalloc.start()
    before = pyarrow.total_allocated_bytes()
    most_allocated = 0
    for _ in parts:
        most_allocated = max(most_allocated, pyarrow.total_allocated_bytes() - before)
    peak = tracemalloc.get_traced_memory()[1] + most_allocated
    tracemalloc.stop()
    return peak


def test_parquet_is_sent_a_group_at_a_time() -> None:
    read = []

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(12):
            read.append(number)
            yield make_row(number)

    parts = stream_parquet(RESULT_SCHEMA, rows(), rows_per_group=5)
    sent, read_before = [], []
    for part in parts:
        sent.append(part)
        read_before.append(len(read))
    assert read_before == [0, 5, 10, 12, 12]
    file = parquet.ParquetFile(io.BytesIO(b"".join(sent)))
    assert [file.metadata.row_group(group).num_rows for group in range(3)] == [5, 5, 2]
    assert file.read()["item"].to_pylist() == list(range(12))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@a",
        "\t=1",
        " =1",
        "\u200b@a",
        "\uff1d1",
        "\r\n+1",
        "\ufe661",
        "\u22121",
    ],
)
def test_a_text_that_looks_like_a_formula_is_quoted_only_in_csv(text: str) -> None:
    row = (1, text, *make_row(1)[2:])
    assert f"'{text}" in "".join(stream_csv(RESULT_SCHEMA, [row]))
    content = b"".join(stream_parquet(RESULT_SCHEMA, [row]))
    assert parquet.read_table(io.BytesIO(content))["name"].to_pylist() == [text]
