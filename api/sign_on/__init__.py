"""Single sign-on: people log in at an OpenID provider instead of with a key. In reading order:

refusals    why someone may not log in
attempt     one log-in of a browser, from leaving for the provider until it returns
metadata    what a provider publishes about itself
tokens      who someone is, by a token that the provider has signed
people      what such a person may do here
provider    the provider of the settings
"""
