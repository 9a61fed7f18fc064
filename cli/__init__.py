"""The command line, and everything on one machine by one command. In reading order:

main          the commands, and how each of them ends
exits         exit statuses, and the error that becomes one line
terminal      where words go
environment   settings out of the environment, and into that of child processes
options       options that several commands share
fields        what a submission says about its job, and its options
client        the HTTP API as calls
pictures      paths to the files to submit
multipart     files as one form, read while it is sent
manifests     lists of items in a file
submit        `submit`
progress      follows a job to its end
tables        what people read
jobs          `jobs`, `status`, `watch`, `cancel`
harvest       a job's results as files in a folder
results       `results`, `audience`, `thumbnails`
provider      what the nets will run on here
tether        ties a process to its parent
children      one process of the embedded stack
supervisor    keeps them alive, and ends them
folder        the stack's data folder, its lock and its record
orphans       ends what a killed stack left running
database      the tables, brought up to date
listener      the API's socket
plans         which processes the stack is made of
stack         the embedded stack
run           `run`
demo          `demo`
serve         `serve`
server        `api`
pool          `worker`
celery_worker what `worker` becomes
deployment    `dispatcher`, `migrate`
weights       `weights`
labels        a table of labelled pictures
labelled      what the nets make of them
figures       an evaluation as tables
evaluate      `evaluate`, `evaluations`
"""
