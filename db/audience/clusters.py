"""How the faces of an audience cluster in its pictures, by gender and by age."""

from db.counts.totals import AGES, Totals, faces_of, measure_of
from models.statistics.clusters import PictureSums
from models.statistics.confusion import PREDICTED_GENDERS


def sum_females(totals: Totals) -> PictureSums:
    faces = faces_of(totals)
    females = int(faces[PREDICTED_GENDERS.index("female")].sum())
    return PictureSums(
        pictures=measure_of(totals, "pictures"),
        faces=int(faces.sum()),
        faces_squared=measure_of(totals, "faces_squared"),
        values=females,
        values_squared=females,
        sums_squared=measure_of(totals, "females_squared"),
        faces_times_sums=measure_of(totals, "faces_times_females"),
    )


def sum_ages(totals: Totals) -> PictureSums:
    faces = faces_of(totals).sum(axis=0)
    return PictureSums(
        pictures=measure_of(totals, "pictures"),
        faces=int(faces.sum()),
        faces_squared=measure_of(totals, "faces_squared"),
        values=int(faces @ AGES),
        values_squared=int(faces @ AGES**2),
        sums_squared=measure_of(totals, "ages_squared"),
        faces_times_sums=measure_of(totals, "faces_times_ages"),
    )
