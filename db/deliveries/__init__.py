"""Results that are written to a folder or bucket as they come. In reading order:

destinations  where the results of jobs are written, claimed by one process at a time
planning      which items are written together
status        what was written
"""
