"""Files and lists to submit. In reading order:

job_fields  what a submission says about its job
files       paths to the files to submit
multipart   files as one form, read while it is sent
manifests   lists of items in a file
sending     sends items to a server
"""
