"""Why someone may not log in."""

from models.errors import FacetallyError


class SignOnRefused(FacetallyError):
    """Someone may not log in as who the provider says, or it does not say so: the message tells
    them what to do."""


class UnknownKey(SignOnRefused):
    """The provider may have changed its keys since they were read."""
