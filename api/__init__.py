"""The thin HTTP side: declared input, one call to `db`, an answer. In reading order:

app          what is put together
services     what requests share
access       who may call
sessions     who is logged in
errors       the one shape of errors
schemas      what comes in and goes out
submissions  items from forms, lists and archives
live         cameras and their feeds
exports      results as files
reports      pages to keep
views        the calls
docs         the specification and its page
pages        what people see
version      the version
"""
