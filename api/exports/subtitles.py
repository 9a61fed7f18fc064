"""The people of a video as WebVTT: subtitles that players show over the video."""

from collections.abc import Iterable, Iterator

from db.video_values import StoredTrack

# A player shows a shorter cue for no frame.
SHORTEST_CUE_SECONDS = 0.2


def write_subtitles(tracks: Iterable[StoredTrack]) -> Iterator[str]:
    """A cue for each person, from when they are first seen to when they are last seen."""
    yield "WEBVTT\n"
    for track in sorted(tracks, key=lambda one: (one.first_seconds, one.number)):
        end = max(track.last_seconds, track.first_seconds + SHORTEST_CUE_SECONDS)
        times = f"{spell_time(track.first_seconds)} --> {spell_time(end)}"
        yield f"\n{track.number}\n{times}\n{_describe(track)}\n"


def spell_time(seconds: float) -> str:
    """Hours, minutes, seconds and milliseconds: `01:02:03.400`."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}.{milliseconds:03}"


def _describe(track: StoredTrack) -> str:
    if not track.judged:
        return f"Person {track.number}: too unclear to judge"
    gender = "gender unclear" if track.gender_value == "unknown" else track.gender_value
    return f"Person {track.number}: {gender}, about {track.age.years:.0f}"
