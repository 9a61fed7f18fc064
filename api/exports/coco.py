"""Results as one COCO object, which annotation tools read: pictures, then their faces."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count, takewhile
from typing import Annotated, Self

from flask import Response
from pydantic import BaseModel, Field

from api.exports.export import describe_packs
from api.exports.results import RESULTS
from api.exports.tables import reply_file
from api.media_types import JSON
from api.schemas.faces import FaceOut
from api.schemas.results import ResultsQuery
from db.engine import Database
from db.item_values import StoredItem
from db.job_values import JobStatus
from db.states import ItemState

FACE = 1
VISIBLE = 2
# In the order of `landmarks`; right and left are as the person sees them.
KEYPOINTS = ["right_eye", "left_eye", "nose", "right_mouth_corner", "left_mouth_corner"]


class CocoInfo(BaseModel):
    """What the file contains, when it was made, and by which models."""

    description: str
    year: int
    date_created: str
    pack: str


class CocoLicense(BaseModel):
    """The license of a picture. None is listed: it is always unknown."""

    id: int
    name: str
    url: str


class CocoCategory(BaseModel):
    """The one kind of object that is annotated."""

    id: int = FACE
    name: str = "face"
    supercategory: str = "person"
    keypoints: list[str] = KEYPOINTS
    skeleton: list[Annotated[list[int], Field(min_length=2, max_length=2)]] = []


class CocoImage(BaseModel):
    """An analyzed picture; `id` is its item."""

    id: int
    file_name: str
    width: int
    height: int
    date_captured: str | None = None
    dimensions: dict[str, str]

    @classmethod
    def of(cls, item: StoredItem, width: int, height: int) -> Self:
        return cls(
            id=item.id,
            file_name=item.name,
            width=width,
            height=height,
            date_captured=item.captured_at.isoformat() if item.captured_at else None,
            dimensions=item.dimensions,
        )


class CocoAttributes(BaseModel):
    """What the models estimate for a face, and how well it can be judged."""

    gender: str
    gender_probability: float
    age_years: float
    age_low: int
    age_high: int
    age_group: str
    quality: float
    judged: bool
    eye_pixels: float
    sharpness: float
    brightness: float
    contrast: float
    yaw: int
    pitch: int
    roll: int
    mouth_hidden: bool

    @classmethod
    def of(cls, face: FaceOut) -> Self:
        quality = face.quality.model_dump(exclude={"value"})
        return cls(
            gender=face.gender.value,
            gender_probability=face.gender.probability,
            age_years=face.age.years,
            age_low=face.age.low,
            age_high=face.age.high,
            age_group=face.age.group,
            quality=face.quality.value,
            **quality,
        )


class CocoAnnotation(BaseModel):
    """A face. `bbox` is x, y, width, height; `keypoints` are x, y and 2 for each landmark."""

    id: int
    image_id: int
    category_id: int = FACE
    bbox: Annotated[list[int], Field(min_length=4, max_length=4)]
    area: int
    iscrowd: int = 0
    segmentation: list[list[int]] = []
    keypoints: list[int]
    num_keypoints: int = len(KEYPOINTS)
    score: float
    attributes: CocoAttributes

    @classmethod
    def of(cls, face: FaceOut, number: int, image_id: int) -> Self:
        box = face.box
        return cls(
            id=number,
            image_id=image_id,
            bbox=[box.x, box.y, box.width, box.height],
            area=box.width * box.height,
            keypoints=[value for x, y in face.landmarks for value in (x, y, VISIBLE)],
            score=face.score,
            attributes=CocoAttributes.of(face),
        )


class CocoOut(BaseModel):
    """Analyzed pictures, with or without faces, and the faces in them."""

    info: CocoInfo
    licenses: list[CocoLicense]
    categories: list[CocoCategory]
    images: list[CocoImage]
    annotations: list[CocoAnnotation]


def reply_coco(database: Database, job: JobStatus, query: ResultsQuery) -> Response:
    """The pictures of a job and their faces, as a file."""
    read = partial(RESULTS.read_all, database, job.id)
    unlimited = query.model_copy(update={"limit": None})
    parts = stream_coco(job.id, describe_packs(job), partial(read, query), partial(read, unlimited))
    return reply_file(parts, JSON, f"job-{job.id}.coco.json")


def stream_coco(
    job_id: int,
    packs: str,
    read_page: Callable[[], Iterator[StoredItem]],
    read_on: Callable[[], Iterator[StoredItem]],
) -> Iterator[str]:
    """Reads items twice, as pictures precede all faces, and keeps only a byte for each.

    Items that are analyzed between the two readings are left out. `read_page` may stop at a limit;
    `read_on` starts at the same item without a limit, and is stopped where `read_page` ended.
    """
    # 1 at the position of each listed picture.
    listed = bytearray()
    yield _head(job_id, packs)
    yield from _join(_list_images(read_page(), listed))
    yield '], "annotations": [\n'
    yield from _join(_list_annotations(read_on(), listed))
    yield "]}\n"


def _head(job_id: int, packs: str) -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    info = CocoInfo(
        description=f"Faces of Facetally job {job_id}",
        year=now.year,
        date_created=now.isoformat(),
        pack=packs,
    )
    categories = json.dumps([CocoCategory().model_dump()])
    return (
        f'{{"info": {info.model_dump_json()}, "licenses": [], "categories": {categories}, '
        '"images": [\n'
    )


def _join(values: Iterable[BaseModel]) -> Iterator[str]:
    lines = (value.model_dump_json(exclude_none=True) for value in values)
    for number, line in enumerate(lines):
        yield f",\n{line}" if number else line


def _list_images(items: Iterable[StoredItem], listed: bytearray) -> Iterator[CocoImage]:
    for item in items:
        if item.width_pixels is None or item.height_pixels is None:
            continue
        # The faces of a video are not in a single picture.
        if item.state != ItemState.DONE or item.frames is not None:
            continue
        listed.extend(bytes(item.position + 1 - len(listed)))
        listed[item.position] = 1
        yield CocoImage.of(item, item.width_pixels, item.height_pixels)


def _list_annotations(items: Iterable[StoredItem], listed: bytearray) -> Iterator[CocoAnnotation]:
    numbers = count(1)
    for item in takewhile(lambda item: item.position < len(listed), items):
        if listed[item.position]:
            for face in item.faces:
                yield CocoAnnotation.of(FaceOut.of(face), next(numbers), item.id)
