"""What all pages share. In reading order:

texts      every text, by language
paces      how fast a job is
assets     scripts and style sheets, and their addresses
rendering  a template with layout, texts and security headers
error      an error as a page
"""
