"""Every error that Facetally raises on purpose, in one tree: each is a FacetallyError.

FacetallyError
|-- ItemError               one item fails, with a code and a sentence; its job continues
|   |-- UnreadableItem      "unreadable"        the bytes are not a whole picture or video
|   |-- TooLargeItem        "too_large"         more bytes, pixels or frames than allowed
|   |-- UnsupportedItem     "unsupported"       a known format that Facetally does not read
|   |-- MissingItem         "not_found"         nothing is at that address
|   |-- ForbiddenItem       "forbidden_source"  an address this installation does not fetch from
|   |-- FetchFailed         "fetch_failed"      its server was unavailable, or took too long
|   |-- TooSlowItem         "timeout"           its analysis takes longer than allowed
|   `-- CrashingItem        "worker_crashed"    the program that decodes it ends
|-- ModelUnavailable        models: weights or a provider are missing; no item is to blame
|-- DeviceLost              models: an accelerator failed, and its process has to end
|-- DecoderLost             models: the program that decodes pictures is gone
|-- DecoderUnavailable      models: the program that decodes pictures does not start
|-- FfmpegUnavailable       models: there is no FFmpeg to read videos with
|-- EncodingFailed          models: a video could not be written
|-- LabelsError             models: a file is not a table of labels
|-- InvalidPack             models: a pack.toml or a file of a pack is not valid
|-- CalibrationError        models: an evaluation cannot correct the shares of a query
|-- EvaluationExists        db: the name of an evaluation is taken
|-- QuotaExceeded           db: a tenant has as many jobs, items or bytes as it may
|-- AudienceTooLarge        db: a query has more rows than one answer may have
|-- PlaylistRefused         db: a playlist cannot be kept
|   `-- NameTaken           db: there is a playlist of this name
|-- SettingsError           worker: a setting is unknown or out of range
|-- StorageUnavailable      worker: an upload could not be stored
|-- DestinationRefused      worker: results may not be written there
|-- LeaseLost               worker: another worker has the chunk now
|-- LinkingStopped          worker: faces are not linked to people now, or never
|-- VideoFound              worker: an item read as a picture is a video
|-- WebhookRefused          worker: a webhook may not have this address
|-- LaneUnavailable         worker: no interactive worker answers
|-- PictureRefused          worker: a picture sent to an interactive worker fails, with a code
|-- ApiError                api: a request is refused, with a status and a code
|   |-- LimitReached        api: 429 "rate_limited", a tenant has called too often
|   `-- InvalidRequest      api: 422 "invalid_request", a parameter or field is not valid
|-- ManifestError           api: a line of a manifest is not an item
|-- AlreadyAccepted         api: the same request came before; its job is the answer
|-- ProviderUnavailable     api: the OpenID provider does not answer
|-- SignOnRefused           api: someone may not log in as who the provider says
|   `-- UnknownKey          api: a token is signed with a key that the provider did not publish
|-- OpenToNetwork           api: it would answer anyone on the network
|-- SourceUnavailable       api: a live source sends no picture
|-- TrainingError           training: labels, options or files do not allow a training
`-- CommandFailed           cli: a command ends with this one line (also a ClickException)

The client `facetally` is a program of its own with a tree of its own, drawn in facetally/errors.py.

A refused argument stays a ValueError or TypeError: it is a bug of the caller, or pydantic and click
turn it into an answer. The same holds for exceptions that a library's protocol requires, such as
StopIteration.
"""

from collections.abc import Sequence
from typing import ClassVar

# What people read of a bug; the log has the rest.
FAULT_MESSAGE = "Something went wrong on our side. The error has been logged."


class FacetallyError(Exception):
    """Root of the tree: catch it to catch everything raised on purpose."""


class ItemError(FacetallyError):
    """One item cannot be analyzed and is given up; the message tells its submitter what to do."""

    code: ClassVar[str]


class UnreadableItem(ItemError):
    """The bytes are empty, truncated, damaged or not a picture: send the original file again."""

    code = "unreadable"


class TooLargeItem(ItemError):
    """The file has more bytes, pixels or frames than allowed: shrink it, or raise the limit."""

    code = "too_large"


class UnsupportedItem(ItemError):
    """The file is of a known kind that Facetally does not read: convert it."""

    code = "unsupported"


class MissingItem(ItemError):
    """Nothing was found at the item's address: correct the address, or restore the file."""

    code = "not_found"


class ForbiddenItem(ItemError):
    """The address is not among the allowed sources: allow it in the settings, or upload."""

    code = "forbidden_source"


class FetchFailed(ItemError):
    """The address did not deliver the file: retry the item when its server is available again."""

    code = "fetch_failed"


class TooSlowItem(ItemError):
    """Analyzing the item takes longer than allowed: convert it to another format, or shrink it."""

    code = "timeout"


class CrashingItem(ItemError):
    """Decoding the item ends the program that does it: convert it to another format."""

    code = "worker_crashed"


class ModelUnavailable(FacetallyError):
    """A model cannot be opened: fetch the weights, or repair the provider, then retry."""


class DeviceLost(FacetallyError):
    """An accelerator failed while a model ran: the process ends, and another opens it again. If it
    happens often, see the log of its driver."""


class FfmpegUnavailable(FacetallyError):
    """FFmpeg is not where the settings say: correct them, or install it again, then retry."""


class EncodingFailed(FacetallyError):
    """A video could not be written: the disk may be full, or FFmpeg has no encoder for it."""


class LabelsError(FacetallyError):
    """A file is not a table of labeled pictures: correct its first line, or its encoding."""


class InvalidPack(FacetallyError):
    """A pack has faults, each a sentence: correct its pack.toml or its files."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class CalibrationError(FacetallyError):
    """An evaluation has too few faces for the query: evaluate more, or query wider bands."""
