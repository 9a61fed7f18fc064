"""The thin HTTP side: declared input, one call to `db`, an answer. In reading order:

app             the application, put together
services        what requests share
access          who may call
sessions        who is logged in
errors          requests that are refused
error_handlers  every error as an answer
media_types     the names of kinds of content
schemas         what comes in and goes out
validation      input checked against a schema
submissions     jobs from JSON, forms, archives and manifests
live            live sources and their feeds
exports         results as files
reports         pages to keep
views           the calls of the API
docs            the OpenAPI document and its page
pages           what people see
"""
