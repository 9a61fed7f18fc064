"""The thin HTTP side: declared input, one call to `db`, an answer. In reading order:

media_types       the names of kinds of content
errors            requests that are refused
call_groups       calls that belong together, and their description
origins           where requests come from
proxies           whom to believe that they pass requests on
request_log       a number and a line for each request
tracing           a span for each request
access            who may call, and what is noted of it
sign_on           people who log in at an OpenID provider
archives          the files of an archive
schemas           what comes in and goes out
operator_schemas  the same, of calls about the server itself
audience_schemas  the same, of audiences
live              live sources and their feeds
staging           uploaded files on disk
media             pictures and videos as their viewer may see them
validation        input checked against a schema
statuses          the status of jobs for those who poll
progress          the progress of jobs for those who follow them
metering          how many requests there are, and how long they take
services          what requests share
error_handlers    every error as an answer
headers           what browsers may do with answers
submissions       jobs from JSON, forms, archives and manifests
playlists         playlists as they are received
exports           results as files
reports           pages to keep
deliveries        results written elsewhere as they come
operator_views    the calls about the server itself
views             the calls about jobs and audiences
layout            what all pages share; `languages`, `templates` and `static` files are next to it
audience_page     the parts of the audience page
docs              the OpenAPI document and its page
pages             what people see
app               the application, put together
server            the gunicorn that serves it
"""
