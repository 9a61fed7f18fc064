"""How much of a video may be decoded to reach one of its frames. It is counted, not timed: what is
too much on one machine is too much on all."""

from models.errors import TooLargeItem

# About 20 s of a core for H.264 at 1280x720 (22,000 frames), 40 s at 3840x2160 (2,400 frames).
MOST_PIXELS = 20_000_000_000
# Small frames cost at least as much as this many pixels.
FEWEST_PIXELS = 100_000
# While a frame is being reached, one in this many is passed on, to be counted.
COUNTED_FRAMES = 250


def require_reachable(frames: int, pixels: int) -> None:
    """Raise TooLargeItem once this many frames of this many pixels are too many."""
    if frames * max(pixels, FEWEST_PIXELS) > MOST_PIXELS:
        raise TooLargeItem(
            f"The video has {frames} frames and more without a key frame: reaching one of them "
            "takes too long. Re-encode it with a key frame every few seconds."
        )
