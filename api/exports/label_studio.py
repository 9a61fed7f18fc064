"""Results as tasks of Label Studio with pre-annotations, which people then correct.

The format is that of labelstud.io/guide/predictions: boxes are in percent of the picture, and what
belongs to one region has one id. The labels of its configuration are in docs/exports.md.
"""

import json
from collections.abc import Iterable, Iterator

from flask import Response

from api.exports.annotations import AnnotatedPicture, list_pictures
from api.exports.export import describe_packs
from api.exports.tables import reply_file
from api.media_types import JSON
from api.schemas.faces import BoxOut
from api.schemas.results import ResultsQuery
from db.engine import Database
from db.job_values import JobStatus

# The names that the configuration of a project gives them.
IMAGE, LABEL, AGE = "image", "label", "age"
DIGITS = 4


def reply_label_studio(database: Database, job: JobStatus, query: ResultsQuery) -> Response:
    """The pictures of a job and their faces, as a file to import."""
    pictures = list_pictures(database, job.id, query)
    tasks = stream_tasks(pictures, describe_packs(job))
    return reply_file(tasks, JSON, f"job-{job.id}.label-studio.json")


def stream_tasks(pictures: Iterable[AnnotatedPicture], packs: str) -> Iterator[str]:
    """One JSON array, a task for each picture."""
    yield "[\n"
    for number, picture in enumerate(pictures):
        task = json.dumps(_make_task(picture, packs), ensure_ascii=False)
        yield f",\n{task}" if number else task
    yield "]\n"


def _make_task(picture: AnnotatedPicture, packs: str) -> dict[str, object]:
    item = picture.item
    result = [one for number in range(len(picture.faces)) for one in _list_regions(picture, number)]
    scores = [face.score for face in picture.faces]
    prediction = {"model_version": packs, "score": min(scores, default=0.0), "result": result}
    return {
        "data": {IMAGE: item.name, "item": item.id, "dimensions": item.dimensions},
        "predictions": [prediction],
    }


def _list_regions(picture: AnnotatedPicture, number: int) -> Iterator[dict[str, object]]:
    """The box of a face with its gender, and the age that belongs to the same region."""
    face = picture.faces[number]
    region = {
        "id": f"{picture.item.id}-{number + 1}",
        "to_name": IMAGE,
        "original_width": picture.width_pixels,
        "original_height": picture.height_pixels,
        "image_rotation": 0,
        "score": face.score,
    }
    place = _find_place(face.box, picture)
    gender = {**place, "rectanglelabels": [face.gender.value]}
    yield {**region, "from_name": LABEL, "type": "rectanglelabels", "value": gender}
    age = {**place, "number": round(face.age.years)}
    yield {**region, "from_name": AGE, "type": "number", "value": age}


def _find_place(box: BoxOut, picture: AnnotatedPicture) -> dict[str, float]:
    across, down = 100 / picture.width_pixels, 100 / picture.height_pixels
    return {
        "x": round(box.x * across, DIGITS),
        "y": round(box.y * down, DIGITS),
        "width": round(box.width * across, DIGITS),
        "height": round(box.height * down, DIGITS),
        "rotation": 0,
    }
