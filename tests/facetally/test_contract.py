"""The client's values are the API's answers: the same fields, the same words."""

from dataclasses import fields

import pytest

from api.audience_schemas import audience, headcounts, playlists, zones
from api.operator_schemas import health, keys, webhooks
from api.schemas import faces, jobs, packs, reruns, results, tracks
from api.schemas.options import OptionsBody
from api.submissions.manifest_parsing import ENDINGS
from db.access.key_values import Scope
from db.audience.differences import GroupDifference as ServerGroupDifference
from db.audience.differences import ShareDifference as ServerShareDifference
from db.audience.grouping import AudienceGroup
from db.audience.screen_time import ScreenTime as ServerScreenTime
from db.playlists.audience import Airtime as ServerAirtime
from db.states import LIVE_JOB_STATES
from db.stop_rules import Estimate as ServerEstimate
from db.webhooks.values import Event, PastAttempt
from db.zones.audience import Crossings as ServerCrossings
from facetally import (
    Age,
    Airtime,
    Analysis,
    Attempt,
    Audience,
    BestView,
    Box,
    Changes,
    ComparedAudiences,
    ComparedShare,
    Comparison,
    ContentGroup,
    Counts,
    Crossings,
    Difference,
    Dropped,
    Estimate,
    Face,
    Failure,
    Gender,
    Group,
    GroupDifference,
    Headcount,
    Headcounts,
    Health,
    Job,
    Key,
    MadeKey,
    MadeWebhook,
    Message,
    Options,
    Pack,
    PackFile,
    PackVersion,
    Pause,
    Person,
    Playlist,
    PlaylistAudience,
    Receipt,
    Result,
    Sample,
    ScreenTime,
    Share,
    ShareDifference,
    Skipped,
    Timestamps,
    UsedPack,
    Video,
    VideoProgress,
    Webhook,
    ZoneAudience,
    ZoneGroup,
)
from facetally.answers.keys import SCOPES
from facetally.answers.webhooks import EVENTS
from facetally.items import LISTS
from facetally.job import LIVE_STATES
from models.statistics.shares import Share as ServerShare

PAIRS = (
    (Age, faces.AgeOut),
    (Analysis, faces.AnalysisOut),
    (Audience, audience.AudienceOut),
    (BestView, tracks.BestOut),
    (Airtime, ServerAirtime),
    (Box, faces.BoxOut),
    (ContentGroup, playlists.PlaylistGroup),
    (Changes, reruns.ChangesOut),
    (Playlist, playlists.PlaylistOut),
    (PlaylistAudience, playlists.PlaylistAudienceOut),
    (Crossings, ServerCrossings),
    (ZoneAudience, zones.ZonesOut),
    (ZoneGroup, zones.ZoneGroup),
    (ComparedAudiences, audience.ComparedAudiencesOut),
    (ComparedShare, reruns.ComparedShareOut),
    (Comparison, reruns.ComparisonOut),
    (Counts, jobs.CountsOut),
    (Difference, reruns.DifferenceOut),
    (Dropped, results.DroppedOut),
    (Face, faces.FaceOut),
    (Failure, results.ItemErrorOut),
    (Gender, faces.GenderOut),
    (Group, AudienceGroup),
    (GroupDifference, ServerGroupDifference),
    (ShareDifference, ServerShareDifference),
    (Headcount, headcounts.HeadcountOut),
    (Headcounts, headcounts.HeadcountsOut),
    (Health, health.HealthOut),
    (Job, jobs.JobOut),
    (Key, keys.KeyOut),
    (MadeKey, keys.MadeKeyOut),
    (Options, OptionsBody),
    (Pack, packs.PackOut),
    (PackFile, packs.PackFileOut),
    (PackVersion, packs.PackVersionOut),
    (Pause, jobs.PauseOut),
    (Person, tracks.TrackOut),
    (Receipt, jobs.ReceiptOut),
    (Result, results.ResultOut),
    (Sample, jobs.SampleOut),
    (Estimate, ServerEstimate),
    (Skipped, jobs.SkippedOut),
    (ScreenTime, ServerScreenTime),
    (Share, ServerShare),
    (Timestamps, jobs.TimestampsOut),
    (UsedPack, packs.UsedPackOut),
    (Video, results.VideoOut),
    (VideoProgress, jobs.VideosOut),
    (Webhook, webhooks.WebhookOut),
    (MadeWebhook, webhooks.MadeWebhookOut),
    (Message, webhooks.MessageOut),
    (Attempt, PastAttempt),
)


@pytest.mark.parametrize(("value", "answer"), PAIRS, ids=[value.__name__ for value, _ in PAIRS])
def test_a_value_has_the_fields_of_the_answer(value, answer):
    sent = getattr(answer, "model_fields", None) or {one.name for one in fields(answer)}

    assert {one.name for one in fields(value) if one.repr} == set(sent)


def test_the_client_knows_which_states_are_live():
    assert set(LIVE_STATES) == set(LIVE_JOB_STATES)


def test_the_client_knows_the_scopes_of_keys():
    assert tuple(Scope) == SCOPES


def test_the_client_knows_the_events_of_webhooks():
    assert tuple(Event) == EVENTS


def test_the_client_knows_lists_by_the_endings_that_the_server_knows():
    assert {ending: kind.value for ending, kind in ENDINGS.items()} == LISTS
