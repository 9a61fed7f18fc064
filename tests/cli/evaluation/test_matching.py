"""Labeled boxes are matched with found faces, one to one."""

from dataclasses import replace

from cli.evaluation.matching import is_inside, match_picture, match_rows
from db.item_values import StoredFace, StoredItem
from db.states import ItemState
from models.face import Box
from models.labels import LabelRow
from tests.support.work.jobs import make_face

LEFT, RIGHT = Box(10, 20, 40, 50), Box(300, 20, 80, 100)


def make_item(*boxes):
    faces = tuple(
        StoredFace(replace(make_face(years=box.width), box=box), "female") for box in boxes
    )
    values = (640, 480, None, {}, None, True, faces)
    return StoredItem(1, 1, 0, "a.jpg", ItemState.DONE, None, *values)


def make_row(line, box=None, *, is_empty=False):
    return LabelRow(line, None, f"line {line}", 30.0, None, (), "", box, is_empty)


def match(rows, item):
    """The age of the face of each row, by its line."""
    return {
        row.line: one.face.age.years if one.face else None for row, one in match_rows(rows, item)
    }


def test_each_box_gets_the_face_that_it_shares_most_with():
    item = make_item(RIGHT, LEFT)
    near = Box(305, 25, 80, 100)
    assert match([make_row(2, LEFT), make_row(3, near)], item) == {2: 40, 3: 80}


def test_a_face_belongs_to_one_row_only():
    near = Box(12, 22, 40, 50)
    assert match([make_row(2, near), make_row(3, LEFT)], make_item(LEFT)) == {2: None, 3: 40}


def test_a_row_without_a_box_gets_the_most_prominent_face():
    assert match([make_row(2)], make_item(LEFT, RIGHT)) == {2: 80}


def test_a_picture_that_shows_no_face_gets_none():
    assert match([make_row(2, is_empty=True)], make_item(LEFT)) == {}


def test_a_picture_is_scored_if_all_its_faces_have_boxes():
    item = make_item(LEFT)
    picture = match_picture([make_row(2, LEFT), make_row(3, RIGHT)], item)
    assert picture is not None
    assert (picture.labeled, [one.box for one in picture.found]) == ((LEFT, RIGHT), [LEFT])
    empty = match_picture([make_row(2, is_empty=True)], item)
    assert empty is not None
    assert (empty.labeled, len(empty.found)) == ((), 1)
    assert match_picture([make_row(2)], item) is None


def test_a_box_is_inside_if_a_part_of_it_is():
    assert is_inside(Box(600, 400, 100, 100), make_item())
    assert not is_inside(Box(640, 0, 10, 10), make_item())
