"""What comes out of a training. In reading order:

ballots      what nets make of faces that they were not trained on
voting       how they vote
measuring    how good that is
pack_text    a pack as the text of its pack.toml
pack_folder  the trained nets as a pack
documents    the report, the figures and the summary
"""
