"""What comes in and goes out. In reading order:

requests     bodies and paths
queries      query parameters
faces        a face
responses    jobs, results, audiences
tracks       people of videos
evaluations  measurements of accuracy
errors       errors, and which a call may answer with
replies      a body to a response
"""
