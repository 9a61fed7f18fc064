"""The detector on arrays, with a fake model."""

import numpy as np
import pytest

from models.face import Dropped
from models.graphs.graph import CPU, CUDA
from models.nets.detections import Bounds
from models.nets.detector import YunetDetector
from models.nets.search import CLOSE_UP_SHARE
from models.nets.yunet import STRIDES, prepare, read
from models.pictures.picture import Picture
from models.pictures.pyramid import Pyramid


class FakeGraph:
    """Sees a face of `size` input pixels at each of `faces` (x, y, score), in every picture."""

    def __init__(self, faces=(), size=64.0, provider=CPU, sides=None):
        self.faces = faces
        self.size = size
        self.provider = provider
        self.sides = sides
        self.shapes = []

    def run(self, inputs):
        self.shapes.append(inputs.shape)
        seen = self.sides is None or max(inputs.shape[2:]) in self.sides
        return make_outputs(inputs.shape, self.faces if seen else (), self.size)


def make_outputs(shape, faces, size):
    """What the model gives for `faces`, each at the anchor of the finest stride that holds it."""
    count, _, height, width = shape
    outputs = []
    for channels in (1, 1, 4, 10):
        for stride in STRIDES:
            anchors = (height // stride) * (width // stride)
            outputs.append(np.zeros((count, anchors, channels), np.float32))
    for x, y, score in faces:
        anchor = int(y // 8) * (width // 8) + int(x // 8)
        offset = (x / 8 - x // 8, y / 8 - y // 8)
        outputs[0][:, anchor] = outputs[3][:, anchor] = score
        outputs[6][:, anchor] = (*offset, np.log(size / 8), np.log(size / 8))
        outputs[9][:, anchor] = np.tile(offset, 5)
    return outputs


def make_picture(width=640, height=320, full=None):
    full_width, full_height = full or (width, height)
    return Picture(np.full((height, width, 3), 50, np.uint8), full_width, full_height)


def detect(graph, *pictures, side=640, smallest=1):
    return [found.faces for found in look(graph, *pictures, side=side, smallest=smallest)]


def look(graph, *pictures, side=640, smallest=1, threshold=0.7):
    return YunetDetector(graph, side, Bounds(threshold, smallest)).detect(pictures)


def test_no_pictures_give_no_lists():
    assert detect(FakeGraph()) == []


def test_a_picture_without_faces_gives_an_empty_list():
    assert detect(FakeGraph(), make_picture()) == [[]]


@pytest.mark.parametrize(
    ("full", "box"),
    [((640, 320), (68, 48, 64, 64)), ((1920, 960), (204, 144, 192, 192))],
    ids=["same-size", "three-times"],
)
def test_a_face_comes_in_pixels_of_the_full_picture(full, box):
    [[face]] = detect(FakeGraph([(100, 80, 0.9)]), make_picture(full=full))
    assert (face.box.x, face.box.y, face.box.width, face.box.height) == box
    assert face.landmarks == ((box[0] + box[2] // 2, box[1] + box[3] // 2),) * 5
    assert face.score == pytest.approx(0.9)


def test_faces_come_best_first():
    graph = FakeGraph([(100, 80, 0.89), (300, 80, 0.95), (500, 80, 0.92)])
    [faces] = detect(graph, make_picture())
    assert [round(face.score, 2) for face in faces] == [0.95, 0.92, 0.89]


def test_faces_of_one_score_come_from_left_to_right():
    graph = FakeGraph([(300, 80, 0.9), (100, 80, 0.9), (500, 80, 0.9)])
    [faces] = detect(graph, make_picture())
    assert [face.box.x for face in faces] == [68, 268, 468]


def test_of_two_boxes_on_one_face_the_better_stays():
    [faces] = detect(FakeGraph([(100, 80, 0.8), (108, 80, 0.9)]), make_picture())
    assert [face.box.x for face in faces] == [76]


def test_a_face_under_the_threshold_is_dropped():
    assert detect(FakeGraph([(100, 80, 0.69)]), make_picture()) == [[]]


@pytest.mark.parametrize(("smallest", "count"), [(192, 1), (193, 0)])
def test_a_face_smaller_than_asked_in_the_full_picture_is_dropped(smallest, count):
    picture = make_picture(full=(1920, 960))
    graph = FakeGraph([(100, 80, 0.9)], sides=(640,))
    [faces] = detect(graph, picture, smallest=smallest)
    assert len(faces) == count


def test_likely_faces_that_are_left_out_are_counted():
    faces = [(100, 80, 0.9), (300, 80, 0.69), (400, 80, 0.5), (500, 80, 0.49)]
    graph = FakeGraph(faces, sides=(640,))
    picture = make_picture(full=(1920, 960))
    [sure] = look(graph, picture)
    assert ([face.box.x for face in sure.faces], sure.dropped) == ([204], Dropped(0, 2))
    [large] = look(graph, picture, smallest=193)
    assert (large.faces, large.dropped) == ([], Dropped(1, 2))


def test_with_a_threshold_below_one_half_no_face_is_too_uncertain():
    # In the middle of what is looked at again, too.
    faces = [(64, 64, 0.45), (300, 80, 0.3)]
    [found] = look(FakeGraph(faces), make_picture(), threshold=0.4)
    assert (len(found.faces), found.dropped) == (1, Dropped())


def test_two_boxes_on_one_face_count_as_one_face():
    [found] = look(FakeGraph([(100, 80, 0.6), (108, 80, 0.9)]), make_picture())
    assert found.dropped == Dropped()


def test_a_face_found_at_the_smaller_side_comes_with_the_faces_dropped_there():
    close_up = FakeGraph([(100, 80, 0.9), (200, 80, 0.6)], sides=(round(640 * CLOSE_UP_SHARE),))
    [found] = look(close_up, make_picture())
    assert (len(found.faces), found.dropped) == (1, Dropped(0, 1))


def test_a_box_past_the_edge_is_clipped():
    [[face]] = detect(FakeGraph([(10, 316, 0.9)]), make_picture())
    assert (face.box.x, face.box.y, face.box.width, face.box.height) == (0, 284, 42, 36)


def test_a_face_in_the_padding_is_dropped():
    graph = FakeGraph([(100, 316, 0.9)], size=16.0, sides=(640,))
    assert detect(graph, make_picture(640, 289)) == [[]]


def test_a_picture_without_a_face_is_analyzed_again_at_a_smaller_side():
    close_up_side = round(640 * CLOSE_UP_SHARE)
    graph = FakeGraph([(100, 80, 0.9)], sides=(close_up_side,))
    [[face]] = detect(graph, make_picture())
    assert [max(shape) for shape in graph.shapes] == [640, close_up_side]
    assert face.box.width == 160


@pytest.mark.parametrize("provider", [CPU, CUDA])
def test_a_picture_gives_the_same_faces_whatever_it_is_batched_with(provider):
    pictures = [make_picture(640, 320), make_picture(320, 640), make_picture(600, 310)] * 5
    graph = FakeGraph([(100, 80, 0.9)], provider=provider)
    together = detect(graph, *pictures)
    assert together == [detect(graph, picture)[0] for picture in pictures]


@pytest.mark.parametrize(("provider", "largest"), [(CPU, 1), (CUDA, 16)])
def test_only_a_gpu_is_fed_batches(provider, largest):
    graph = FakeGraph([(100, 80, 0.9)], provider=provider)
    detect(graph, *[make_picture()] * 20)
    assert max(shape[0] for shape in graph.shapes) == largest


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [
        (640, 480, (1, 3, 480, 640)),
        (1920, 1280, (1, 3, 448, 640)),
        (1280, 1920, (1, 3, 640, 448)),
        (100, 80, (1, 3, 320, 416)),
        (1, 1, (1, 3, 32, 32)),
        (5000, 1, (1, 3, 32, 640)),
    ],
    ids=["as-is", "shrunk", "upright", "enlarged", "one-pixel", "a-line"],
)
def test_pictures_are_scaled_and_padded_to_multiples_of_32(width, height, shape):
    inputs = prepare([(Pyramid(np.full((height, width, 3), 9, np.uint8)), 640)])
    assert inputs.shape == shape
    assert inputs.dtype == np.float32


def test_the_input_is_blue_green_red_with_black_padding():
    rgb = np.full((300, 640, 3), (10, 20, 30), np.uint8)
    inputs = prepare([(Pyramid(rgb), 640)])
    assert inputs[0, :, 0, 0].tolist() == [30, 20, 10]
    assert inputs[0, :, 299, 639].tolist() == [30, 20, 10]
    assert inputs[0, :, 300:].max() == 0


@pytest.mark.parametrize("stride_index", [0, 1, 2])
def test_an_anchor_of_each_stride_is_read_where_it_lies(stride_index):
    outputs = [output[0] for output in make_outputs((1, 3, 64, 96), (), 8.0)]
    stride = STRIDES[stride_index]
    anchor = 1 * (96 // stride) + 2
    outputs[stride_index][anchor] = outputs[3 + stride_index][anchor] = 0.81
    candidates = read(outputs, (1, 3, 64, 96), 0.7)
    center = np.array([2, 1]) * stride
    assert candidates.boxes.tolist() == [[*(center - stride / 2), *(center + stride / 2)]]
    assert candidates.landmarks.tolist() == [[center.tolist()] * 5]
    assert candidates.scores.tolist() == pytest.approx([0.81])
