"""The command line, and everything on one machine by one command. In reading order:

exits            exit statuses, and the error that becomes one line
imports          modules imported quickly
variables        the environment variables that clients read
signals          end a program by an exception
terminal         data to stdout, notes to stderr
server           the server that a command talks to, by the client `facetally`
environment      settings from the environment
uploads          what a command submits
stack            the processes of one machine
speed            how fast this machine is
output           progress, tables and downloads
evaluation       labeled pictures
options          options that several commands take
server_commands  commands that run a server, or a part of one
model_commands   commands about the models on this machine
commands         commands about jobs and what was found in them
main             the commands, and how each of them ends
"""
