"""Submit pictures and videos, print each face, then the audience: python campaign.py PATH..."""

import os
import sys

import facetally


def main(paths: list[str]) -> int:
    url = os.environ.get("FACETALLY_URL", "http://127.0.0.1:8000")
    with facetally.Client(url, os.environ.get("FACETALLY_KEY")) as client:
        job = client.submit(paths, tags=["spring"], dimensions={"store": "Lyon"})
        job = job.wait(show_progress)
        show_faces(job)
        show_audience(client.audience(job=job.id, by="gender"))
        return 0 if job.state == "completed" else 3


def show_progress(job: facetally.Job) -> None:
    print(f"{job.counts.done + job.counts.failed} of {job.counts.items}", file=sys.stderr)


def show_faces(job: facetally.Job) -> None:
    for result in job.results():
        if result.error is not None:
            print(f"{result.name}: {result.error.message}")
        for face in result.faces:
            age = face.age
            print(f"{result.name}: {face.gender.value}, {age.years:.0f} ({age.low}-{age.high})")


def show_audience(audience: facetally.Audience) -> None:
    for group in audience.groups:
        if group.share is not None:
            low, high = group.share.low, group.share.high
            print(f"{group.gender}: {group.share.value:.0%} ({low:.0%} to {high:.0%})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
