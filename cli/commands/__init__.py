"""One file for each group of commands. In reading order:

options      options that several commands share
job_options  options of the commands that make a job
submit       `submit`
watch_folder `watch-folder`
jobs         `jobs`, `status`, `watch`, `change`, `cancel`, `pause`, `resume`, `retry`, `erase`
reruns       `rerun`, `compare`
results      `results`, `audience`, `thumbnails`
report       `report`
subtitles    `subtitles`
vocabulary   `tags`, `dimensions`
keys         `keys`
audit        `audit`
webhooks     `webhooks`
run          `run`
packs        `packs`
weights      `weights`
demo         `demo`
serve        `serve`
api          `api`
worker       `worker`
dispatcher   `dispatcher`, `migrate`
evaluate     `evaluate`, `evaluations`
net_options  options of `train` that decide what comes out of it
train        `train`
"""
