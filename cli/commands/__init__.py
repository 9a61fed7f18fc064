"""One file for each group of commands. In reading order:

options     options that several commands share
submit      `submit`
jobs        `jobs`, `status`, `watch`, `cancel`, `resume`, `retry`, `erase`
results     `results`, `audience`, `thumbnails`
run         `run`
demo        `demo`
serve       `serve`
api         `api`
worker      `worker`
dispatcher  `dispatcher`, `migrate`
weights     `weights`
evaluate    `evaluate`, `evaluations`
"""
