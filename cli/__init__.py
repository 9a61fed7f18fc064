"""The command line, and everything on one machine by one command. In reading order:

exits        exit statuses, and the error that becomes one line
signals      end a program by an exception
terminal     data to stdout, notes to stderr
server       the server that a command talks to, by the client `facetally`
environment  settings from the environment
uploads      what a command submits
stack        the processes of one machine
output       progress, tables and downloads
evaluation   labeled pictures
commands     one file for each group of commands
main         the commands, and how each of them ends
"""
