"""Pictures to likely faces: a first look at each, and closer ones where they are due."""

from collections.abc import Sequence

from models.graphs.device import InputShapes
from models.graphs.graph import CPU, Graph
from models.nets.candidates import Candidates, merge_looks
from models.nets.detections import Bounds
from models.nets.tiles import TILE_SIDE, cut_tiles
from models.nets.views import View, group_views, place, show_whole
from models.nets.yunet import pad_length, prepare, read
from models.pictures.picture import Picture

# YuNet misses a face that fills its input: of 40 cropped close 28 were found at 640, all at 256.
# So a picture without a face is looked at once more, at this share of the side.
CLOSE_UP_SHARE = 0.4

# Where the smallest face has fewer pixels than this in the model's input, there are often smaller
# ones: the picture is looked at once more, at this share of the side.
SMALL_FACE_PIXELS = 32
FINER_SHARE = 2.0
# A finer look that is hardly finer finds nothing more, and a picture is not enlarged for it.
LEAST_FINER_SHARE = 1.25

# What looks a little like a face is not reported, but may show that the picture is turned.
HINT_SCORE = 0.3

# Batching keeps an accelerator busy; on a CPU it gains nothing and costs memory.
ACCELERATED_BATCH = 16
# Sides of inputs are padded to multiples of these. An accelerator prepares itself for each shape
# that it meets: at 160, whole pictures have seven instead of 39, and take up to a third more.
CPU_MULTIPLE, ACCELERATED_MULTIPLE = 32, 160


class Search:
    """Looks at pictures with their longer side at `side` pixels, and at some of them again."""

    def __init__(self, graph: Graph, side: int, bounds: Bounds) -> None:
        self._graph = graph
        self._side = side
        self._bounds = bounds
        self._lowest_score = min(HINT_SCORE, bounds.score_threshold)
        accelerated = graph.provider != CPU
        self.batch_pictures = ACCELERATED_BATCH if accelerated else 1
        self._multiple = ACCELERATED_MULTIPLE if accelerated else CPU_MULTIPLE

    def find(self, pictures: Sequence[Picture], crowd: bool) -> list[Candidates]:
        """The likely faces of each picture as it is turned, in pixels of the full picture.

        With `crowd`, every picture is also looked at in tiles.
        """
        first = self.look([show_whole(picture, self._side) for picture in pictures])
        closer = [
            self._look_closer(picture, found, crowd)
            for picture, found in zip(pictures, first, strict=True)
        ]
        return [
            merge_looks([found, *looks])
            for found, looks in zip(first, self.look_all(closer), strict=True)
        ]

    def look_all(self, views: Sequence[Sequence[View]]) -> list[list[Candidates]]:
        """The candidates of each view of each picture."""
        looks = iter(self.look([view for some in views for view in some]))
        return [[next(looks) for _ in some] for some in views]

    def look(self, views: Sequence[View]) -> list[Candidates]:
        """The candidates of each view, independent of the views it is batched with."""
        found = [Candidates.none() for _ in views]
        for batch in group_views(views, self.batch_pictures, self._multiple):
            sized = [(views[index].picture, views[index].side) for index in batch]
            inputs = prepare(sized, self._multiple)
            outputs = self._graph.run(inputs)
            for row, index in enumerate(batch):
                rows = [output[row] for output in outputs]
                candidates = read(rows, inputs.shape, self._lowest_score)
                found[index] = place(candidates, views[index])
        return found

    def _look_closer(self, picture: Picture, found: Candidates, crowd: bool) -> list[View]:
        """What to look at after the first look has `found` these."""
        sure = found.choose(found.scores >= self._bounds.score_threshold)
        views = [] if len(sure) else [show_whole(picture, round(self._side * CLOSE_UP_SHARE))]
        if crowd or self._has_small(picture, sure):
            longest: int = max(picture.rgb.shape)
            side = min(round(self._side * FINER_SHARE), longest)
            if side >= self._side * LEAST_FINER_SHARE:
                views.append(show_whole(picture, side))
        if crowd:
            views += cut_tiles(picture, round(self._side * FINER_SHARE))
        return views

    def _has_small(self, picture: Picture, sure: Candidates) -> bool:
        scale = show_whole(picture, self._side).scale.max()
        return bool((sure.sides < SMALL_FACE_PIXELS * scale).any())


def list_shapes(side: int) -> InputShapes:
    """The shapes of inputs on an accelerator, where pictures are first looked at with `side`
    pixels: usually upright or wide, three to four or square."""
    longest, shorter = (
        pad_length(length, ACCELERATED_MULTIPLE) for length in (side, round(side * 3 / 4))
    )
    finest = pad_length(max(round(side * FINER_SHARE), TILE_SIDE), ACCELERATED_MULTIPLE)
    return InputShapes(
        smallest=(ACCELERATED_MULTIPLE, ACCELERATED_MULTIPLE),
        largest=(finest, finest),
        usual=tuple(dict.fromkeys([(shorter, longest), (longest, shorter), (longest, longest)])),
        most=ACCELERATED_BATCH,
    )
