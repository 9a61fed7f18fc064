"""The command line, and everything on one machine by one command. In reading order:

main         the commands, and how each of them ends
exits        exit statuses, and the error that becomes one line
terminal     data to stdout, notes to stderr
server       the server that a command talks to, by the client `facetally`
environment  settings from the environment
uploads      what a command submits
output       progress, tables and downloads
stack        the processes of one machine
evaluation   labeled pictures
commands     one file for each group of commands
"""
