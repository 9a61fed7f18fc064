"""Progress, tables and downloads. In reading order:

progress           follows a job to its end
tables             what people read
evaluation_tables  an evaluation as tables
downloads          a job's results as files in a folder
"""
