"""The thin HTTP side: declared input, one call to `db`, an answer. In reading order:

media_types     the names of kinds of content
errors          requests that are refused
request_log     a number and a line for each request
rights          what each route needs
callers         who sent a request, and what they may do
limiter         how often tenants may call
keyring         the keys that are valid
sessions        who is logged in
schemas         what comes in and goes out
live            live sources and their feeds
staging         uploaded files on disk
owners          whose jobs and items are asked for
validation      input checked against a schema
statuses        the status of jobs for those who poll
progress        the progress of jobs for those who follow them
meter           counts requests, for metrics
services        what requests share
access          who may call
auditing        notes what callers did
error_handlers  every error as an answer
headers         what browsers may do with answers
submissions     jobs from JSON, forms, archives and manifests
exports         results as files
reports         pages to keep
views           the calls of the API
docs            the OpenAPI document and its page
pages           what people see; its `languages`, `templates` and `static` files are next to it
app             the application, put together
server          the gunicorn that serves it
"""
