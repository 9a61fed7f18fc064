"""A pack.toml to a pack, or to a sentence for each fault."""

import pytest

from models.errors import InvalidPack
from models.packs.reading import PACK_FILE, parse_pack, read_pack
from models.packs.readings import AgeYears
from models.packs.votes import AgeWeight, GenderWeights, Vote

HASH = "ab" * 32
DETECTOR = """
[detector]
kind = "yunet"
file = "yunet-2023mar.onnx"

"""
AGE = 'age = { kind = "years", spread_years = 6 }'
GENDER = 'gender = { kind = "sigmoid", of = "male", output = 1 }'


def head(name="mine"):
    return f'name = "{name}"\nversion = "2"\ntitle = "Mine"\n'


def estimator(*lines, name="both", file="both.onnx", crop='{ kind = "aligned", side = 64 }'):
    return "\n".join(
        [
            "[[estimator]]",
            f'name = "{name}"',
            f'file = "{file}"',
            f'sha256 = "{HASH}"',
            'license = "MIT"',
            'source = "us"',
            'training_data = "our own pictures"',
            f"crop = {crop}",
            *lines,
            "",
        ]
    )


WHOLE = head() + DETECTOR + estimator(AGE, GENDER)


def find_faults(text):
    with pytest.raises(InvalidPack) as caught:
        parse_pack(text)
    return caught.value.faults


def test_a_whole_pack_is_read():
    pack = parse_pack(WHOLE)
    assert (pack.name, pack.version, pack.title) == ("mine", "2", "Mine")
    [one] = pack.estimators
    assert one.age == AgeYears("years", spread_years=6.0)
    assert one.crop.side == 64
    assert pack.vote == Vote()


def test_what_the_catalog_knows_of_a_file_need_not_be_repeated():
    detector = parse_pack(WHOLE).detector
    assert (detector.license, len(detector.sha256)) == ("MIT", 64)


def test_a_shipped_part_is_used_by_its_name_and_changed_in_place():
    parts = '[[estimator]]\npart = "dlib-gender"\nname = "other"\naveraging = "mirror"\n'
    pack = parse_pack(WHOLE.replace(DETECTOR, '[detector]\npart = "yunet"\n') + parts)
    assert pack.detector.kind == "yunet"
    one = pack.estimators[1]
    assert (one.name, one.averaging, one.crop.side) == ("other", "mirror", 32)


def test_weights_are_one_for_all_classes_or_one_for_each():
    text = WHOLE + "\n".join(
        [
            "[vote]",
            "age_weights = { both = [{ low = 0, high = 12, weight = 2 }] }",
            "gender_weights = { both = { female = 1.5, male = 1 } }",
        ]
    )
    vote = parse_pack(text).vote
    assert vote.age_weights == {"both": (AgeWeight(0, 12, 2.0),)}
    assert vote.gender_weights == {"both": GenderWeights(1.5, 1.0)}


def test_the_files_of_a_pack_are_listed_once():
    text = head() + DETECTOR + estimator(AGE, name="a") + estimator(GENDER, name="b")
    assert [file.name for file in parse_pack(text).files] == ["yunet-2023mar.onnx", "both.onnx"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name = ", "not valid TOML"),
        (WHOLE.replace('version = "2"\n', ""), "version: missing"),
        (WHOLE.replace('title = "Mine"', 'title = "Mine"\nfolder = "/etc"'), "folder: unknown key"),
        (WHOLE.replace('title = "Mine"', 'titel = "Mine"'), "titel: unknown key"),
        (WHOLE.replace("side = 64", "side = 0"), "estimator both, crop: side must be 8 to 512"),
        (WHOLE.replace("side = 64", 'side = "64"'), "estimator both, crop.side: input should be"),
        (WHOLE.replace("side = 64", "side = 64, padding_pixels = 3"), "a zoom, not a padding"),
        (WHOLE.replace("side = 64", "side = 64, down = 2"), "down must be -0.5 to 0.5"),
        (WHOLE.replace('"aligned"', '"round"'), "crop.kind: input should be 'aligned' or 'box'"),
        (WHOLE.replace('"both.onnx"', '"../both.onnx"'), "a name without folders"),
        (WHOLE.replace('"both.onnx"', '"both.pt"'), "must end in .onnx or .caffemodel"),
        (WHOLE.replace('"both.onnx"', '"both.caffemodel"'), "a .caffemodel needs a network"),
        (WHOLE.replace(HASH, "abc"), "sha256 of both.onnx must be 64 hexadecimal digits"),
        (WHOLE.replace(", spread_years = 6", ""), "age.spread_years: missing"),
        (WHOLE.replace('kind = "years"', 'kind = "era"'), "input tag 'era'"),
        (WHOLE.replace("spread_years = 6", "spread_years = nan"), "finite number"),
        (WHOLE.replace(GENDER, ""), "no estimator gives a gender"),
        (WHOLE.replace(AGE, ""), "no estimator gives an age to female faces"),
        (WHOLE.replace(AGE, "").replace(GENDER, ""), "needs an age, a gender or both"),
        (WHOLE + estimator(AGE), "two named both"),
        (WHOLE + "[vote]\nage_weights = { other = 2 }", "other, which is not an estimator"),
        (WHOLE + "[vote]\nage_weights = { both = -1 }", "above 0"),
        (WHOLE + "[vote.interval]\nbelow = [0, 99, 0]", "below must be 0.0 to 40.0, got 99.0"),
        (WHOLE + "[vote.interval]\nabove = [1, 2]", "vote.interval.above"),
        (WHOLE + "[vote.gender]\nchild = 2", "vote.gender: child must be 0.0 to 1.0, got 2.0"),
        (WHOLE + '[[estimator]]\npart = "nose"', "there is no part 'nose'; there are dlib-age"),
        (WHOLE.replace("name = \"mine\"", 'name = "../mine"'), "lower case letters"),
    ],
    ids=[
        "toml", "missing", "folder", "unknown", "range", "type", "padding", "down", "choice",
        "path", "format", "caffe", "sha256", "reading", "kind", "nan", "no-gender", "no-age",
        "nothing", "same-name", "unknown-weight", "negative-weight", "interval", "two-reaches",
        "child", "part", "name",
    ],
)  # fmt: skip
def test_a_fault_is_a_sentence_that_says_where(text, fault):
    assert fault in "; ".join(find_faults(text))


def test_every_fault_is_reported_at_once():
    text = WHOLE.replace("side = 64", "side = 0").replace('version = "2"\n', "")
    assert len(find_faults(text)) == 2


@pytest.mark.parametrize(
    ("readings", "fault"),
    [
        ('age = { kind = "classes", years = [1] }', "at least two"),
        ('age = { kind = "classes", years = [2, 1] }', "ascend"),
        ('age = { kind = "classes", years = [1, 200] }', "0 to 120"),
        ('age = { kind = "groups", groups = [[0, 5], [4, 9]] }', "ascend"),
        ('age = { kind = "groups", groups = [[0, 3], [4, 9]], years = [1, 2, 3] }', "each of 2"),
        ('age = { kind = "years", spread_years = 0 }', "0.1 to 50"),
    ],
    ids=["one", "order", "oldest", "overlap", "years", "spread"],
)
def test_labels_that_cannot_be_are_refused(readings, fault):
    assert fault in "; ".join(find_faults(head() + DETECTOR + estimator(readings, GENDER)))


def test_an_estimator_for_one_gender_needs_one_for_the_other():
    text = head() + DETECTOR + estimator(AGE, 'for_gender = "female"') + estimator(GENDER, name="g")
    assert "no estimator gives an age to male faces" in "; ".join(find_faults(text))
    text += estimator(AGE, 'for_gender = "male"', name="men")
    assert len(parse_pack(text).estimators) == 3


def test_a_pack_is_read_from_its_folder(tmp_path):
    with pytest.raises(InvalidPack, match=r"pack.toml is missing"):
        read_pack(tmp_path)
    (tmp_path / PACK_FILE).write_text(WHOLE)
    assert read_pack(tmp_path).folder == tmp_path
    (tmp_path / PACK_FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidPack, match="UTF-8"):
        read_pack(tmp_path)
