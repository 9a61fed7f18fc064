"""The jobs of a server: listed, followed, changed, paused, ended and erased."""

import click

from cli.exits import CommandFailed, ExitStatus, status_of
from cli.options.shared import as_json, takes_server
from cli.output.progress import describe_delivered, describe_job, watch_job
from cli.output.tables import make_jobs_table
from cli.terminal import open_stdout, print_json
from db.job_values import Priority
from db.states import JobState
from facetally import Client

STATE = click.Choice([state.value for state in JobState])

ERASE_QUESTION = "Permanently delete the uploads, thumbnails, faces and counts of this job?"

takes_job = click.argument("job_id", metavar="JOB", type=click.IntRange(min=1))


@click.command()
@click.option("--state", type=STATE, help="Only jobs in this state.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("--find", help="Only jobs with this number, or with this in their name or a tag.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=20,
    show_default=True,
    help="Maximum number of jobs.",
)
@as_json
@takes_server
def jobs(
    client: Client,
    state: str | None,
    tag: str | None,
    find: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List jobs, newest first.

    \b
    Example: facetally jobs --state running
             facetally jobs --tag spring
    """
    page = client.job_page(state, limit, tag=tag, find=find)
    if as_json:
        print_json(page.raw)
    else:
        open_stdout().print(make_jobs_table(page.jobs))


@click.command()
@takes_job
@as_json
@takes_server
def status(client: Client, job_id: int, as_json: bool) -> None:
    """Show the progress of a job.

    \b
    Example: facetally status 7
    """
    job = client.job(job_id)
    if as_json:
        print_json(job.raw)
    else:
        click.echo(describe_job(job))
        if delivered := describe_delivered(job):
            click.echo(delivered)


@click.command()
@takes_job
@takes_server
def watch(client: Client, job_id: int) -> ExitStatus:
    """Follow a job until it ends.

    Also stops when the job is paused. The exit status is 0 if every item is done, or a share
    known that the job was to find out, otherwise 3.

    \b
    Example: facetally watch 7
    """
    job = watch_job(client.job(job_id))
    return status_of(job.state, is_known=job.is_known)


@click.command()
@takes_job
@click.option("--name", help="What to call it.")
@click.option("--notes", help="What to note of it.")
@click.option(
    "--priority",
    type=click.Choice([priority.value for priority in Priority]),
    help="Its share of the workers while other jobs wait.",
)
@takes_server
def change(
    client: Client, job_id: int, name: str | None, notes: str | None, priority: str | None
) -> None:
    """Change the name, notes or priority of a job.

    \b
    Example: facetally change 7 --name "Spring, Lyon" --priority high
    """
    if name is None and notes is None and priority is None:
        raise click.UsageError("Give --name, --notes or --priority.")
    job = client.job(job_id).change(name=name, notes=notes, priority=priority)
    click.echo(describe_job(job))


@click.command()
@takes_job
@takes_server
def pause(client: Client, job_id: int) -> None:
    """Pause a job.

    Items that workers have are finished; the others wait until the job is resumed.

    \b
    Example: facetally pause 7
    """
    click.echo(describe_job(client.job(job_id).pause()))


@click.command()
@takes_job
@takes_server
def cancel(client: Client, job_id: int) -> None:
    """Cancel a job.

    Finished items are kept; waiting items are cancelled.

    \b
    Example: facetally cancel 7
    """
    click.echo(describe_job(client.job(job_id).cancel()))


@click.command()
@takes_job
@takes_server
def resume(client: Client, job_id: int) -> None:
    """Resume a paused job.

    A server pauses a job whose first items all fail with the same error.

    \b
    Example: facetally resume 7
    """
    click.echo(describe_job(client.job(job_id).resume()))


@click.command()
@takes_job
@takes_server
def retry(client: Client, job_id: int) -> None:
    """Retry the failed items of a job.

    Finished items are not touched.

    \b
    Example: facetally retry 7
    """
    click.echo(describe_job(client.job(job_id).retry()))


@click.command()
@takes_job
@click.option("--yes", is_flag=True, help="Do not ask first.")
@takes_server
def erase(client: Client, job_id: int, yes: bool) -> None:
    """Erase a job and everything found in it.

    Uploads, thumbnails, faces and counts are deleted permanently. Only a receipt is kept.

    \b
    Example: facetally erase 7 --yes
    """
    if not yes and not _confirm(ERASE_QUESTION):
        raise CommandFailed("Nothing was erased.")
    click.echo(describe_job(client.job(job_id).erase()))


def _confirm(question: str) -> bool:
    """False also where nobody can answer, as in a script."""
    try:
        return click.confirm(question)
    except click.Abort:
        click.echo(err=True)
        return False
