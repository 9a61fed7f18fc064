"""The columns that several tables share."""

import pyarrow

from api.exports.tables import Row
from api.schemas.faces import AgeOut, BoxOut, GenderOut
from api.schemas.quality import QualityOut

TEXT, WHOLE, REAL = pyarrow.string(), pyarrow.int32(), pyarrow.float64()
NUMBER, FLAG = pyarrow.int64(), pyarrow.bool_()
MOMENT = pyarrow.timestamp("us", tz="UTC")
# One map, as the names of dimensions are known only once the last item has been read.
DIMENSIONS = pyarrow.map_(TEXT, TEXT)
BOX_COLUMNS = {"x": WHOLE, "y": WHOLE, "box_width": WHOLE, "box_height": WHOLE}
ESTIMATE_COLUMNS = {
    "gender": TEXT,
    "gender_probability": REAL,
    "female": REAL,
    "age_years": REAL,
    "age_low": WHOLE,
    "age_high": WHOLE,
    "age_group": TEXT,
}
# The last one, which `Export` fills: the models that analyzed the job.
PACK_COLUMN = {"pack": TEXT}
QUALITY_COLUMNS = {
    "quality": REAL,
    "judged": FLAG,
    "eye_pixels": REAL,
    "sharpness": REAL,
    "brightness": REAL,
    "contrast": REAL,
    "yaw": WHOLE,
    "pitch": WHOLE,
    "roll": WHOLE,
    "mouth_hidden": FLAG,
}


def make_box_cells(box: BoxOut) -> Row:
    """In the order of `BOX_COLUMNS`."""
    return (box.x, box.y, box.width, box.height)


def make_estimate_cells(gender: GenderOut, age: AgeOut) -> Row:
    """In the order of `ESTIMATE_COLUMNS`."""
    return (
        *(gender.value, gender.probability, gender.female),
        *(age.years, age.low, age.high, age.group),
    )


def make_quality_cells(quality: QualityOut) -> Row:
    """In the order of `QUALITY_COLUMNS`."""
    return (
        *(quality.value, quality.judged),
        *(quality.eye_pixels, quality.sharpness, quality.brightness, quality.contrast),
        *(quality.yaw, quality.pitch, quality.roll, quality.mouth_hidden),
    )
