"""What the benchmark of linking measures."""

import os
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.accuracy.people import LabeledFaces, embed_faces, measure_counts, measure_pairs
from benchmarks.settings import read_cpu_settings
from cli.evaluation.loading import load_labels
from models.people.linking import normalize
from models.weights.folder import default_weights_dir


def test_pairs_of_one_person_are_more_alike(tmp_path: Path) -> None:
    samples = default_weights_dir(os.environ) / "samples"
    rows = []
    for person, name in enumerate(("astronaut.png", "gender_detection_input.jpg")):
        for turn in (0, 5):
            path = tmp_path / f"{person}-{turn}.png"
            picture = Image.open(samples / name).convert("RGB")
            picture.rotate(turn, Image.Resampling.BICUBIC).save(path)
            rows.append(f"{path.name},,,{person}")
    labels = tmp_path / "labels.csv"
    labels.write_text("\n".join(["path,age,gender,subject", *rows]))
    faces = embed_faces(load_labels(labels), read_cpu_settings())
    assert faces.people.tolist() == [0, 0, 1, 1]
    pairs = list(measure_pairs(faces))
    assert pairs[0].same == 1.0
    assert pairs[-1].others == 0.0


def test_people_of_made_jobs_are_counted() -> None:
    random = np.random.default_rng(1)
    people = np.repeat(np.arange(60), 3)
    embeddings = normalize(random.normal(size=(60, 128)))[people]
    faces = LabeledFaces(embeddings, people, np.zeros(len(people), bool))
    found = list(measure_counts(faces, 1, jobs=2))
    assert [(one.people, one.least_pictures) for one in found] == [(20, 1), (20, 2)]
    assert all((one.ratio, one.held, one.width) == (1.0, 1.0, 0.0) for one in found)
