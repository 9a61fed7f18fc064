"""What is taken in before a job starts. In reading order:

idempotency    a repeated request is one job
drafts         accepts jobs and their items
quotas         what a tenant may have
listings       folders whose files become items
loose_folders  what is stored before its job is accepted
pieces         large files that arrive piece by piece
"""
