#!/usr/bin/env bash
# Submit pictures or videos, wait for the job to end, and save what was found.
#
#   FACETALLY_URL=http://127.0.0.1:8000 FACETALLY_KEY=... ./round_trip.sh photo.jpg clip.mp4
set -euo pipefail
[ $# -gt 0 ] || { echo "Usage: $0 FILE..." >&2; exit 2; }
server=${FACETALLY_URL:-http://127.0.0.1:8000}

call() {
  curl --silent --show-error --fail-with-body --header "Authorization: Bearer ${FACETALLY_KEY:-}" "$@"
}

read_field() {
  python3 -c '
import json, sys
reply = json.load(sys.stdin)
sys.exit(reply["error"]["message"]) if "error" in reply else print(reply[sys.argv[1]])
' "$1"
}

files=()
for file in "$@"; do
  files+=(--form "files=@$file")
done

# A key for this request: if the connection breaks, curl sends it again and the job is still one.
job=$(call --retry 3 --header "Idempotency-Key: $(uuidgen 2>/dev/null || date +%s%N)" \
  "${files[@]}" --form tags=example "$server/v1/jobs" | read_field id)
echo "Job $job"

# The stream of events ends with the job.
call --no-buffer "$server/v1/jobs/$job/events" > /dev/null
call "$server/v1/jobs/$job" | read_field state

call --output "job-$job.csv" "$server/v1/jobs/$job/results?format=csv"
call --output "job-$job.parquet" "$server/v1/jobs/$job/results?format=parquet"
call --output "job-$job-audience.csv" "$server/v1/audience?job=$job&by=gender,age_band&format=csv"
call --output "job-$job.html" "$server/v1/jobs/$job/report"
ls "job-$job"*
