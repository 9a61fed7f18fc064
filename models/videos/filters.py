"""What FFmpeg does with decoded frames before they are ours: as its filters are written."""

from models.videos.budget import COUNTED_FRAMES
from models.videos.grid import GRID_TOLERANCE, Grid
from models.videos.header import VideoHeader

# Frames that say they are made of two fields become one picture each; all others stay as they are.
# BWDIF is what broadcasters use (Weston's filter of the BBC, with YADIF's check of motion).
DEINTERLACE = "bwdif=mode=send_frame:parity=auto:deint=interlaced"
FEWEST_LINES = 8
# More than times are rounded by.
STOP_MARGIN_SECONDS = 0.001
# To linear light, to the colors of BT.709, and then highlights are compressed (Hable's curve). The
# brightest white of SDR is at 203 cd/m2 of HLG and PQ (ITU-R BT.2408).
SDR_WHITE = 203
PRIMARIES, MATRIX = "bt2020", "bt2020nc"


def deinterlace(header: VideoHeader) -> list[str]:
    """Nothing for frames of a few lines, for which the filter has no neighbors."""
    sides = header.width_pixels, header.height_pixels
    return [DEINTERLACE] if min(sides) >= FEWEST_LINES else []


def stop_at(header: VideoHeader, seconds: float | None) -> list[str]:
    """Ends soon after the last frame before a time, so that little is decoded in vain."""
    if seconds is None:
        return []
    return [f"trim=end={header.begins_seconds + seconds + STOP_MARGIN_SECONDS:.6f}"]


def select_on_grid(header: VideoHeader, grid: Grid, first: int) -> str:
    """Passes the frames that are looked at from a grid time on: the first after each. The very
    first passes as well: it shows where reading began. Up to that time, some are passed as well, by
    which it is counted how many were decoded."""
    position = (
        f"floor((t-({header.begins_seconds!r})-({grid.start_seconds!r}))*{grid.frames_per_second!r}"
        f"+{GRID_TOLERANCE!r})"
    )
    held = f"max({position},{first - 1})"
    counted = f"lt({position},{first})*not(mod(n,{COUNTED_FRAMES}))"
    return f"select='if(eq(n,0),st(0,{held});1,if(gt({position},ld(0)),st(0,{held});1,{counted}))'"


def select_from(header: VideoHeader, start_seconds: float) -> str:
    """Passes all frames from a time on, and the very first."""
    start = header.begins_seconds + start_seconds - GRID_TOLERANCE
    return f"select='eq(n,0)+gte(t,{start!r})'"


def convert(header: VideoHeader, width: int, height: int) -> list[str]:
    """Frames of this size, in the colors of screens."""
    # Where nothing is scaled, `accurate_rnd` would take four times as long, and be farther from a
    # conversion with full chroma; where something is, both are the same.
    scaled = f"scale={width}:{height}:flags=area{guess_colors(header)}"
    return [*map_tones(header), scaled]


def guess_colors(header: VideoHeader) -> str:
    """An option of `scale` for frames that do not name their colors."""
    return "" if header.names_colors else ":in_color_matrix=bt709"


def map_tones(header: VideoHeader) -> list[str]:
    """HDR to the range of screens."""
    if header.transfer is None:
        return []
    return [
        f"zscale=tin={header.transfer}:pin={PRIMARIES}:min={MATRIX}:t=linear:npl={SDR_WHITE}",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=tonemap=mobius:param=0.6:desat=0",
        "zscale=t=bt709:m=bt709:r=limited",
        "format=yuv420p",
    ]
