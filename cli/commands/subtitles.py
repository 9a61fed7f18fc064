"""`facetally subtitles`: the people of a video over the video."""

from pathlib import Path

import click

from cli.options.shared import takes_server
from cli.output.downloads import write_whole
from facetally import Client


@click.command()
@click.argument("item_id", metavar="ITEM", type=click.IntRange(min=1))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file (atomically).",
)
@takes_server
def subtitles(client: Client, item_id: int, out: Path | None) -> None:
    """Print the people of a video as WebVTT.

    Players show them as subtitles: put the file beside the video, under the same name. ITEM is the
    number of the video in the results.

    \b
    Example: facetally subtitles 38 --out clip.vtt
    """
    text = client.subtitles(item_id)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_whole(out.resolve(), lambda: iter([text.encode()]))
