"""The error of training; `models/errors.py` draws the tree."""

from models.errors import FacetallyError


class TrainingError(FacetallyError):
    """Labels, options or files do not allow a training: the message says what to change."""
