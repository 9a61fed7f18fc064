"""The first answer about an audience."""

from api.reports.headline import make_headline
from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share


def group(gender: str, share: float, corrected: float | None = None) -> AudienceGroup:
    within, right = (None if one is None else Share(one, one, one) for one in (share, corrected))
    return AudienceGroup({}, None, gender, None, 10, None, within, None, right)


def test_corrected_shares_leave_out_faces_of_unknown_gender():
    raw = [group("female", 0.5), group("male", 0.4), group("unknown", 0.1)]
    assert list(make_headline(100, raw, []).genders) == ["female", "male", "unknown"]
    corrected = [group("female", 0.5, 0.54), group("male", 0.4, 0.46), group("unknown", 0.1)]
    shares = make_headline(100, corrected, []).genders.values()
    assert sum(share.value for share in shares if share) == 1
