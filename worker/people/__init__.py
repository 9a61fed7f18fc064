"""Links the faces of a job to people. In reading order:

runner  the last chunk of a job that asks for them
"""
