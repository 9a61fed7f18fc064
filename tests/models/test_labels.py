"""Tables of labels as people write them: the usable part is read, the rest reported by code."""

import pytest

from models.errors import LabelsError
from models.face import Box
from models.labels import read_labels


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return read_labels(path)


def read_one(tmp_path, age, gender):
    [row] = read(tmp_path, f'path,age,gender\na.jpg,"{age}",{gender}\n')
    return row


@pytest.mark.parametrize(
    ("age", "gender", "years", "known", "problems"),
    [
        ("27", "female", 27.0, "female", []),
        (" 27.5 ", "Male", 27.5, "male", []),
        ("27,5", "M", 27.5, "male", []),
        ("0", "f", 0.0, "female", []),
        ("", "female", None, "female", []),
        ("unknown", "male", None, "male", []),
        ("27", "", 27.0, None, []),
        ("27", "Unknown", 27.0, None, []),
        ("25-32", "male", None, "male", ["bad_age"]),
        ("121", "male", None, "male", ["bad_age"]),
        ("-1", "male", None, "male", ["bad_age"]),
        ("inf", "male", None, "male", ["bad_age"]),
        ("nan", "male", None, "male", []),
        ("twenty", "male", None, "male", ["bad_age"]),
        ("27", "0", 27.0, None, ["bad_gender"]),
        ("x", "y", None, None, ["bad_age", "bad_gender"]),
        ("", "", None, None, ["no_label"]),
    ],
)
def test_a_label_is_used_left_open_or_reported(tmp_path, age, gender, years, known, problems):
    row = read_one(tmp_path, age, gender)

    assert (row.age_years, row.gender, list(row.problems)) == (years, known, problems)
    assert row.path == tmp_path / "a.jpg"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("path;age;gender\na.jpg;27,5;male\n", "utf-8-sig"),
        ("Gender, Path ,AGE\nmale,a.jpg,27.5\n", "utf-8"),
        ("path,age,gender,notes\r\na.jpg,27.5,male,x,y,z\r\n", "utf-8"),
    ],
    ids=["of a spreadsheet", "in another order", "with more cells"],
)
def test_tables_are_read_as_spreadsheets_and_people_write_them(tmp_path, text, encoding):
    [row] = read(tmp_path, text, encoding)

    assert (row.path, row.age_years, row.gender) == (tmp_path / "a.jpg", 27.5, "male")


def test_rows_without_a_picture_of_their_own_are_reported(tmp_path):
    rows = read(tmp_path, f"path,age\na.jpg,3\n,4\na.jpg,5\n{'x' * 2000},6\na\0b,7\nb.jpg\n")

    assert [list(row.problems) for row in rows] == [
        [], ["no_path"], ["repeated"], ["no_path"], ["no_path"], ["no_label"]
    ]  # fmt: skip
    assert [row.path is None for row in rows] == [False, True, True, True, True, False]


def test_rows_of_one_subject_share_it_and_others_have_their_own(tmp_path):
    rows = read(tmp_path, "path,age,subject\na,3,ann\nb,4,ann\nc,4,\nd,5,\n")

    assert rows[0].subject == rows[1].subject == "ann"
    assert len({row.subject for row in rows}) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must name a column 'path'"),
        ("path\na.jpg\n", "'age', 'gender' or both"),
        ("age,gender\n27,male\n", "must name a column 'path'"),
        ("path,age\n", "has no rows"),
    ],
)
def test_a_file_that_is_not_a_table_of_labels_is_refused(tmp_path, text, message):
    with pytest.raises(LabelsError, match=message):
        read(tmp_path, text)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    with pytest.raises(LabelsError, match="cannot be read as UTF-8"):
        read(tmp_path, "path,age\nä.jpg,3\n", "latin-1")


def test_the_split_of_a_row_is_read_where_the_table_has_one(tmp_path):
    rows = read(tmp_path, "path,age,split\na,3, train \nb,4,\n")

    assert [row.split for row in rows] == ["train", ""]
    assert read_one(tmp_path, "3", "male").split == ""


def read_boxes(tmp_path, *lines):
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["path,age,x,y,width,height", *lines]))
    return read_labels(path, with_boxes=True)


def test_a_picture_has_a_row_for_each_face_with_a_box(tmp_path):
    rows = read_boxes(tmp_path, "a.jpg,30,10,20,30,40", "a.jpg,40,100.4,20,30,40", "b.jpg,,,,,")
    assert [row.box for row in rows] == [Box(10, 20, 30, 40), Box(100, 20, 30, 40), None]
    assert [row.path.name for row in rows] == ["a.jpg", "a.jpg", "b.jpg"]
    assert [row.is_empty for row in rows] == [False, False, True]
    assert not any(row.problems for row in rows)


def test_a_box_beyond_the_edge_is_cut_there(tmp_path):
    [row] = read_boxes(tmp_path, "a.jpg,30,-10,-5,30,40")
    assert row.box == Box(0, 0, 20, 35)


@pytest.mark.parametrize(
    "box",
    ["10,20,30,", "a,b,c,d", "10,20,0,40", "10,20,-3,40", "nan,1,2,3", "1,2,inf,4", "1,2,3,1e9",
     "-50,0,20,20"],
    ids=["incomplete", "words", "no-width", "negative", "nan", "infinite", "huge", "outside"],
)  # fmt: skip
def test_a_row_with_a_bad_box_is_reported_and_not_used(tmp_path, box):
    row, other = read_boxes(tmp_path, f"a.jpg,30,{box}", "a.jpg,30,10,20,30,40")
    assert (row.path, list(row.problems)) == (None, ["bad_box"])
    assert other.path == tmp_path / "a.jpg"


@pytest.mark.parametrize(
    "again",
    ["a.jpg,50,10,20,30,40", "a.jpg,50,,,,", "a.jpg,,,,,"],
    ids=["the same box", "without a box", "without a face"],
)
def test_a_face_is_in_one_row_only(tmp_path, again):
    first, second = read_boxes(tmp_path, "a.jpg,30,10,20,30,40", again)
    assert (first.problems, list(second.problems)) == ((), ["repeated"])


def test_a_table_without_all_columns_of_a_box_names_those_that_are_missing(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("path,age,x,y\na.jpg,30,1,2\n")
    with pytest.raises(LabelsError, match="not width, height"):
        read_labels(path, with_boxes=True)


def test_boxes_are_ignored_where_a_picture_has_one_face(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("path,age,x,y,width,height\na.jpg,30,1,2,3,4\na.jpg,30,9,9,9,9\n")
    assert [list(row.problems) for row in read_labels(path)] == [[], ["repeated"]]
