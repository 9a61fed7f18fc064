"""Items on their way to a server. In reading order:

multipart    uploads as one form
drafts       a job that takes more items
parts        files cut into requests
uploads      sends them until they have arrived
submissions  sends any source as one job
"""
