"""The command line, and everything on one machine by one command. In reading order:

main         the commands, and how each of them ends
exits        exit statuses, and the error that becomes one line
terminal     where words go
environment  settings out of the environment
client       the HTTP API as calls
uploads      files and lists to submit
output       progress, tables and downloads
stack        the processes of one machine
evaluation   labeled pictures
commands     one file for each group of commands
"""
