"""How many requests there are, and how long they take. In reading order:

meter           counts the requests of this process
response_times  how fast the server answers, by kind of answer
"""
