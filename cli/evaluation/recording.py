"""What was found in labeled pictures to a stored evaluation."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy.exc import OperationalError

from cli.evaluation.outcomes import RowOutcomes
from cli.exits import CommandFailed
from cli.stack.database import migrate_database
from db.engine import Database
from db.reach import EVERYONE
from db.slices.bands import PRESETS
from db.slices.evaluations import (
    Evaluation,
    EvaluationCounts,
    EvaluationExists,
    EvaluationSettings,
    read_evaluation,
    record_evaluation,
)
from models.accuracy.labeled_pictures import bound_subjects, count_labeled
from models.accuracy.measurement import measure_accuracy
from worker.settings import Settings

BANDS = {name: PRESETS[name] for name in ("adience", "marketing")}
BANDS_SHOWN = "marketing"


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database of the settings or of the data folder, with its tables up to date."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate_database(settings.database_url)
    with closing(Database(settings.database_url)) as database:
        yield database


def require_free(database: Database, name: str) -> None:
    """Refuse a name that is taken before the work starts."""
    with database.read() as session:
        if read_evaluation(session, EVERYONE, name) is not None:
            raise CommandFailed(f"There is already an evaluation {name!r}. Choose another --name.")


def measure(name: str, settings: Settings, rows: int, outcomes: RowOutcomes) -> Evaluation:
    labeled = list(outcomes.faces.values())
    faces = sum(one.face is not None for one in labeled)
    return Evaluation(
        name=name,
        pack=outcomes.pack,
        settings=note_settings(settings),
        counts=EvaluationCounts(
            rows, outcomes.pictures, faces, outcomes.several_faces, dict(outcomes.problems)
        ),
        accuracy=measure_accuracy(labeled, BANDS, BANDS_SHOWN, outcomes.boxed),
        labeled=count_labeled(labeled),
        design_effect=bound_subjects(labeled),
    )


def record(database: Database, evaluation: Evaluation) -> Evaluation:
    try:
        with database.write() as session:
            return record_evaluation(session, evaluation)
    except EvaluationExists as error:
        raise CommandFailed(str(error)) from error
    except OperationalError as error:
        raise CommandFailed(
            f"The database is unavailable, so nothing was stored: {error.orig}"
        ) from error


def note_settings(settings: Settings) -> EvaluationSettings:
    """The settings that change what is detected."""
    return EvaluationSettings(
        settings.detection_side,
        settings.score_threshold,
        settings.smallest_face_pixels,
        settings.gender_min_probability,
        settings.quality_min,
    )
