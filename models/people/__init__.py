"""Which faces of a job are of one person, where the job asks for it. In reading order:

embedder  an aligned face to numbers that are alike for one person
linking   faces to people
voting    the age and gender of a person
"""
