"""A small client of a Facetally server: submit pictures and videos, wait, read faces and audiences.

    client = facetally.Client("http://127.0.0.1:8000")
    job = client.submit("photos/", tags=["spring"]).wait()
    for result in job.results():
        print(result.name, [face.age.years for face in result.faces])
    print(client.audience(job=job.id).groups)

These names are what programs import; everything else may move. In reading order:

errors       what can go wrong
blocks       how much is read at a time
parsing      JSON to values
connection   HTTP
tables       Arrow and pandas
local_files  the files of this machine that are uploaded
answers      what a server answers, as values
options      how it is analyzed
items        what can be submitted
job          a job, and the calls about it
sending      items on their way to a server
calls        the calls of a server, by what they are about
client       the server
"""

from facetally.answers.audience import Audience, Group, ScreenTime, Share
from facetally.answers.audit import Entry
from facetally.answers.compared_audiences import ComparedAudiences, GroupDifference, ShareDifference
from facetally.answers.comparison import Changes, ComparedShare, Comparison, Difference
from facetally.answers.faces import Age, Analysis, Box, Face, Gender
from facetally.answers.headcounts import Headcount, Headcounts, ZoneTally
from facetally.answers.keys import Key, MadeKey, Sessions
from facetally.answers.packs import Pack, PackFile, PackVersion, UsedPack
from facetally.answers.playlists import Airtime, ContentGroup, Playlist, PlaylistAudience
from facetally.answers.presence import PresenceGroup
from facetally.answers.progress import (
    Counts,
    Delivered,
    Estimate,
    Pause,
    Receipt,
    Sample,
    Timestamps,
    VideoProgress,
)
from facetally.answers.results import BestView, Dropped, Failure, Person, Result, Video
from facetally.answers.vocabulary import Dimension, DimensionValue, TagUse
from facetally.answers.webhooks import Attempt, MadeWebhook, Message, Webhook
from facetally.answers.zones import (
    Crossings,
    KeptZone,
    SourceZones,
    Zone,
    ZoneAudience,
    ZoneGroup,
    ZoneNames,
)
from facetally.calls.jobs import JobPage
from facetally.client import Client, Health
from facetally.errors import (
    ApiError,
    Error,
    FileProblem,
    InvalidAddress,
    InvalidInput,
    MissingPackage,
    ServerUnavailable,
    ServerUnreachable,
    UnexpectedAnswer,
    WaitTimeout,
)
from facetally.items import Item
from facetally.job import Job
from facetally.local_files.files import SizedFile
from facetally.local_files.litter import Skipped
from facetally.options import Options, Submission
from facetally.sending.drafts import Draft
from facetally.sending.parts import Limits
from facetally.sending.uploads import Uploaded

__all__ = [
    "Age",
    "Airtime",
    "Analysis",
    "ApiError",
    "Attempt",
    "Audience",
    "BestView",
    "Box",
    "Changes",
    "Client",
    "ComparedAudiences",
    "ComparedShare",
    "Comparison",
    "ContentGroup",
    "Counts",
    "Crossings",
    "Delivered",
    "Difference",
    "Dimension",
    "DimensionValue",
    "Draft",
    "Dropped",
    "Entry",
    "Error",
    "Estimate",
    "Face",
    "Failure",
    "FileProblem",
    "Gender",
    "Group",
    "GroupDifference",
    "Headcount",
    "Headcounts",
    "Health",
    "InvalidAddress",
    "InvalidInput",
    "Item",
    "Job",
    "JobPage",
    "KeptZone",
    "Key",
    "Limits",
    "MadeKey",
    "MadeWebhook",
    "Message",
    "MissingPackage",
    "Options",
    "Pack",
    "PackFile",
    "PackVersion",
    "Pause",
    "Person",
    "Playlist",
    "PlaylistAudience",
    "PresenceGroup",
    "Receipt",
    "Result",
    "Sample",
    "ScreenTime",
    "ServerUnavailable",
    "ServerUnreachable",
    "Sessions",
    "Share",
    "ShareDifference",
    "SizedFile",
    "Skipped",
    "SourceZones",
    "Submission",
    "TagUse",
    "Timestamps",
    "UnexpectedAnswer",
    "Uploaded",
    "UsedPack",
    "Video",
    "VideoProgress",
    "WaitTimeout",
    "Webhook",
    "Zone",
    "ZoneAudience",
    "ZoneGroup",
    "ZoneNames",
    "ZoneTally",
]
