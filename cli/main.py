"""The command `facetally`: which commands there are, and how each of them ends."""

import atexit
import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from cli.exits import CommandFailed, ExitStatus
from cli.imports import import_quickly
from cli.signals import end_on_signals

# Each command's module, and its help in the list of all, by what people use them for. Only the
# command that is called is imported: the list and the completion of names import none.
GROUPS = {
    "On this machine": {
        "demo": ("cli.commands.demo", "Analyze sample photos."),
        "run": ("cli.commands.run", "Analyze photos and videos on this machine."),
        "serve": ("cli.server_commands.serve", "Run everything on this machine."),
        "bench": ("cli.model_commands.bench", "Measure the speed of this machine."),
    },
    "Jobs of a server": {
        "submit": ("cli.commands.submit", "Submit photos and videos to a server."),
        "watch-folder": (
            "cli.commands.watch_folder",
            "Submit what is new in a folder or a bucket.",
        ),
        "jobs": ("cli.commands.jobs", "List jobs, newest first."),
        "status": ("cli.commands.jobs", "Show the progress of a job."),
        "watch": ("cli.commands.jobs", "Follow a job until it ends."),
        "change": ("cli.commands.jobs", "Change the name, notes or priority of a job."),
        "pause": ("cli.commands.jobs", "Pause a job."),
        "resume": ("cli.commands.jobs", "Resume a paused job."),
        "cancel": ("cli.commands.jobs", "Cancel a job."),
        "retry": ("cli.commands.jobs", "Retry the failed items of a job."),
        "rerun": ("cli.commands.reruns", "Run a job again with other models."),
        "compare": ("cli.commands.reruns", "Compare two runs of the same items."),
        "erase": ("cli.commands.jobs", "Erase a job and everything found in it."),
    },
    "What was found": {
        "audience": ("cli.commands.audience", "Show the audience by age and gender."),
        "playlists": (
            "cli.commands.playlists",
            "Show who saw which spot: a playlist says what ran when.",
        ),
        "zones": ("cli.commands.zones", "Show who was in which zone: a named part of the picture."),
        "results": (
            "cli.commands.results",
            "Print the results of a job, or of several as one table.",
        ),
        "report": ("cli.commands.report", "Save the report of a job."),
        "thumbnails": ("cli.commands.results", "Save annotated thumbnails."),
        "subtitles": ("cli.commands.subtitles", "Print the people of a video as WebVTT."),
        "tags": ("cli.commands.vocabulary", "List the tags of jobs."),
        "dimensions": ("cli.commands.vocabulary", "List the dimensions of items and their values."),
        "headcounts": ("cli.commands.headcounts", "Count the people of live sources."),
    },
    "Models": {
        "packs": ("cli.model_commands.packs", "List, show, add or remove packs of models."),
        "weights": ("cli.model_commands.weights", "List, fetch or verify the models."),
        "evaluate": ("cli.model_commands.evaluate", "Measure the models on labeled photos."),
        "evaluations": ("cli.model_commands.evaluate", "List the stored evaluations."),
        "train": ("cli.model_commands.train", "Train models on labeled photos of your own."),
    },
    "Operate a server": {
        "api": ("cli.server_commands.api", "Run the HTTP API."),
        "worker": ("cli.server_commands.worker", "Run a pool of workers."),
        "dispatcher": ("cli.server_commands.dispatcher", "Run the dispatcher."),
        "migrate": ("cli.server_commands.dispatcher", "Bring the database tables up to date."),
        "alive": (
            "cli.server_commands.alive",
            "Check whether a process of this host sends heartbeats.",
        ),
        "keys": ("cli.server_commands.keys", "Create, list or revoke API keys."),
        "sessions": ("cli.server_commands.sessions", "List or end the sessions of browsers."),
        "webhooks": ("cli.server_commands.webhooks", "Create, list, test or remove webhooks."),
        "audit": ("cli.server_commands.audit", "Show who did what on a server."),
    },
}
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}


class CommandTable(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(import_quickly(module), cmd_name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, COMMANDS))
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(widest), text) for name, (_, text) in group.items()]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [
            CompletionItem(name, help=help_text)
            for name, (_, help_text) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='Completion in bash: eval "$(_FACETALLY_COMPLETE=bash_source facetally)"; '
    "in zsh and fish with zsh_source and fish_source.",
)
@click.version_option(package_name="facetally", prog_name="facetally")
def facetally() -> None:
    """Detect faces in photos and videos, and estimate apparent age and gender.

    \b
    Example: facetally run photos/ --out results/
    """


def main() -> NoReturn:
    """Run the command of this process' arguments, and exit with its status."""
    end_on_signals()
    # Python looks through all objects once more as it ends: 0.7 s of processor time for the API's.
    atexit.register(gc.freeze)
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """The exit status of a command; an error is one line on stderr."""
    try:
        status = facetally.main(arguments, prog_name="facetally", standalone_mode=False)
    except click.Abort:
        return ExitStatus.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        CommandFailed(f"{error.strerror or error}{where}").show()
        return ExitStatus.ERROR
    return status if isinstance(status, int) else ExitStatus.DONE


if __name__ == "__main__":
    main()
