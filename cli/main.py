"""The command `facetally`: which commands there are, and how each of them ends."""

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

from cli.exits import CommandFailed, ExitStatus

# Where each command is: only the one that is called is imported, so that it starts quickly.
COMMANDS = {
    "demo": "cli.commands.demo:demo",
    "run": "cli.commands.run:run",
    "serve": "cli.commands.serve:serve",
    "submit": "cli.commands.submit:submit",
    "jobs": "cli.commands.jobs:jobs",
    "status": "cli.commands.jobs:status",
    "watch": "cli.commands.jobs:watch",
    "results": "cli.commands.results:results",
    "audience": "cli.commands.results:audience",
    "thumbnails": "cli.commands.results:thumbnails",
    "cancel": "cli.commands.jobs:cancel",
    "resume": "cli.commands.jobs:resume",
    "retry": "cli.commands.jobs:retry",
    "erase": "cli.commands.jobs:erase",
    "api": "cli.commands.api:api",
    "worker": "cli.commands.worker:worker",
    "dispatcher": "cli.commands.dispatcher:dispatcher",
    "migrate": "cli.commands.dispatcher:migrate",
    "weights": "cli.commands.weights:weights",
    "evaluate": "cli.commands.evaluate:evaluate",
    "evaluations": "cli.commands.evaluate:evaluations",
}


class CommandTable(click.Group):
    """A group whose commands are looked up when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=CommandTable)
def facetally() -> None:
    """Who is in these pictures? Finds faces, and estimates age and gender, in any number of them.

    \b
    Example: facetally run photos/ --out results/
    """


def main() -> NoReturn:
    """Run the command of this process' arguments, and end with the status that fits."""
    _end_on_signals()
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """The exit status of a command; what went wrong is told in one line on stderr."""
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


def _end_on_signals() -> None:
    """These end a command as Ctrl-C does: by an exception, so that all is taken down first."""
    # A script that starts a command in the background has it ignore Ctrl-C, and may still send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # One that was ignored, as nohup does, stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
