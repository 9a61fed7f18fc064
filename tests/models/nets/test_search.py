"""Where the detector looks: at the whole first, then closer where it is due."""

from itertools import pairwise

import numpy as np
import pytest

from models.graphs.graph import CPU, CUDA
from models.nets.detections import Bounds
from models.nets.search import CLOSE_UP_SHARE, SMALL_FACE_PIXELS, Search
from models.nets.tiles import MOST_TILES, OVERLAP, cut_tiles
from tests.support.models.spots import SpotGraph, make_spots

SIDE = 640


def search(graph, *pictures, crowd=False):
    return Search(graph, SIDE, Bounds(0.7, 24)).find(pictures, crowd)


def boxes(found):
    """Left, top and side of each, from left to right."""
    corners = found.boxes[np.lexsort((found.boxes[:, 1], found.boxes[:, 0]))]
    return [(left, top, right - left) for left, top, right, _ in corners.tolist()]


def sides(graph):
    return [max(shape[2:]) for shape in graph.shapes]


def assert_found(found, spots, within):
    assert len(found) == len(spots)
    assert np.allclose(boxes(found), sorted(spots), atol=within)


def test_a_picture_with_large_faces_is_looked_at_once():
    graph = SpotGraph()
    [found] = search(graph, make_spots(1920, 1280, [(300, 300, 3 * SMALL_FACE_PIXELS + 6)]))
    assert len(found) == 1
    assert sides(graph) == [640]


def test_a_picture_with_a_small_face_is_looked_at_closer():
    graph, spots = SpotGraph(), [(300, 300, 3 * SMALL_FACE_PIXELS - 6), (1500, 900, 18)]
    [found] = search(graph, make_spots(1920, 1280, spots))
    assert_found(found, spots, within=3)
    assert sides(graph) == [640, 1280]


@pytest.mark.parametrize(("width", "looks"), [(700, [640]), (1000, [640, 1024])])
def test_a_picture_is_never_enlarged_for_a_closer_look(width, looks):
    graph = SpotGraph()
    search(graph, make_spots(width, 400, [(300, 100, 20)]))
    assert sides(graph) == looks


def test_a_face_found_by_both_looks_counts_once():
    [found] = search(SpotGraph(), make_spots(1920, 1280, [(300, 300, 60), (700, 300, 60)]))
    assert_found(found, [(300, 300, 60), (700, 300, 60)], within=3)


def test_a_picture_without_faces_is_looked_at_from_farther_away():
    graph = SpotGraph(smallest=1000)
    [found] = search(graph, make_spots(1920, 1280, []))
    assert len(found) == 0
    assert sides(graph) == [640, round(640 * CLOSE_UP_SHARE)]


def test_a_crowd_is_found_in_tiles_each_face_once():
    """Faces of 10 working pixels, in the full width of a panorama: also where tiles meet."""
    spots = [(x, y, 10) for x in range(20, 5950, 70) for y in (300, 590, 640)]
    picture = make_spots(6000, 1000, spots)
    assert len(search(SpotGraph(), picture)[0]) == 0
    graph = SpotGraph()
    [found] = search(graph, picture, crowd=True)
    assert_found(found, spots, within=3)
    assert len(graph.shapes) <= MOST_TILES + 3


def test_large_faces_of_a_crowd_are_found_once():
    spots = [(100, 100, 20), (500, 200, 200), (1500, 200, 600), (3000, 700, 90)]
    [found] = search(SpotGraph(), make_spots(3800, 1200, spots), crowd=True)
    assert_found(found, spots, within=6)


def test_a_small_picture_of_a_crowd_needs_no_tiles():
    graph = SpotGraph()
    search(graph, make_spots(600, 400, [(100, 100, 60)]), crowd=True)
    assert sides(graph) == [640]


@pytest.mark.parametrize(
    ("width", "height"),
    [(3839, 2160), (5600, 4200), (12000, 1000), (900, 9000), (20000, 10), (1281, 1)],
)
def test_tiles_are_few_and_show_every_pixel(width, height):
    picture = make_spots(width, height, [])
    tiles = cut_tiles(picture, 2 * SIDE)
    assert len(tiles) <= MOST_TILES
    by_scale = {}
    for tile in tiles:
        by_scale.setdefault(round(tile.scale[0], 2), []).append(tile)
    for alike in by_scale.values():
        seen = np.zeros((height, width), np.bool_)
        for tile in alike:
            (left, top), (across, down) = np.rint(tile.corner), np.rint(tile.size)
            seen[int(top) : int(top + down), int(left) : int(left + across)] = True
            assert max(tile.shape(32)) <= SIDE
        assert seen.all()


def test_tiles_overlap_by_more_than_the_faces_they_are_for():
    tiles = cut_tiles(make_spots(5000, 600, []), 2 * SIDE)
    finest = [tile for tile in tiles if tile.scale[0] == 1]
    ends = [(tile.corner[0], tile.corner[0] + tile.size[0]) for tile in finest]
    assert len(finest) > 5
    assert all(before[1] - after[0] >= OVERLAP - 1 for before, after in pairwise(ends))


@pytest.mark.parametrize("crowd", [False, True])
@pytest.mark.parametrize("provider", [CPU, CUDA])
def test_a_picture_gives_the_same_faces_whatever_it_is_batched_with(provider, crowd):
    pictures = [
        make_spots(1920, 1280, [(300, 300, 60), (1500, 900, 18)]),
        make_spots(1280, 1920, [(300, 300, 200)]),
        make_spots(1900, 1270, []),
        make_spots(2600, 1280, [(300, 300, 10), (2000, 900, 18)]),
    ]
    # Two of a crowd have enough tiles to share batches.
    pictures = pictures[::3] if crowd else pictures
    graph = SpotGraph(provider=provider)
    together = search(graph, *pictures, crowd=crowd)
    alone = [search(graph, picture, crowd=crowd)[0] for picture in pictures]
    for found, wanted in zip(together, alone, strict=True):
        assert np.array_equal(found.boxes, wanted.boxes)
        assert np.array_equal(found.scores, wanted.scores)
