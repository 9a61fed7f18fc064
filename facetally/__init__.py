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
litter       files that nobody means to submit
heads        pictures and videos by how they begin
files        finds files to upload
connection   HTTP
tables       Arrow and pandas
faces        a face
comparison   what two runs of the same items found
packs        models, and where they come from
vocabulary   tags and dimensions
keys         API keys
audit        who did what
webhooks     who is told what happens to jobs
audience     the audience: counts and shares
compared_audiences  two audiences side by side
results      what was found
progress     how far a job is
options      how it is analyzed
multipart    uploads them as one form
items        what can be submitted
job          a job, and the calls about it
drafts       a job that takes more items
parts        files cut into requests
uploads      sends them until they have arrived
submissions  sends any source as one job
client       the server
"""

from facetally.audience import Audience, Group, ScreenTime, Share
from facetally.audit import Entry
from facetally.client import Client, Health, JobPage
from facetally.compared_audiences import ComparedAudiences, GroupDifference, ShareDifference
from facetally.comparison import Changes, ComparedShare, Comparison, Difference
from facetally.drafts import Draft
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
from facetally.faces import Age, Analysis, Box, Face, Gender
from facetally.files import SizedFile
from facetally.items import Item
from facetally.job import Job
from facetally.keys import Key, MadeKey
from facetally.litter import Skipped
from facetally.options import Options, Submission
from facetally.packs import Pack, PackFile, PackVersion, UsedPack
from facetally.parts import Limits
from facetally.progress import Counts, Pause, Receipt, Timestamps, VideoProgress
from facetally.results import BestView, Dropped, Failure, Person, Result, Video
from facetally.uploads import Uploaded
from facetally.vocabulary import Dimension, DimensionValue, TagUse
from facetally.webhooks import Attempt, MadeWebhook, Message, Webhook

__all__ = [
    "Age",
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
    "Counts",
    "Difference",
    "Dimension",
    "DimensionValue",
    "Draft",
    "Dropped",
    "Entry",
    "Error",
    "Face",
    "Failure",
    "FileProblem",
    "Gender",
    "Group",
    "GroupDifference",
    "Health",
    "InvalidAddress",
    "InvalidInput",
    "Item",
    "Job",
    "JobPage",
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
    "Receipt",
    "Result",
    "ScreenTime",
    "ServerUnavailable",
    "ServerUnreachable",
    "Share",
    "ShareDifference",
    "SizedFile",
    "Skipped",
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
]
