"""Commands about jobs and what was found in them. In reading order:

submit        `submit`
watch_folder  `watch-folder`
jobs          `jobs`, `status`, `watch`, `change`, `cancel`, `pause`, `resume`, `retry`, `erase`
reruns        `rerun`, `compare`
results       `results`, `thumbnails`
audience      `audience`
playlists     `playlists`
zones         `zones`
report        `report`
subtitles     `subtitles`
vocabulary    `tags`, `dimensions`
headcounts    `headcounts`
watched_run   `run --watch`
run           `run`
demo          `demo`
"""
