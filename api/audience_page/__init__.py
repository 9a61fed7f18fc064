"""The parts of the audience page. In reading order:

links      links that change the query
presets    stretches of time by name
filters    pickers and chips
versus     two audiences side by side
questions  the ten questions, as saved views
breakdown  an audience by one dimension, or by two
axis       the periods of an axis
timeline   an audience over time
contents   who saw each content of a playlist
"""
