"""What comes out of a training. In reading order:

ballots      what nets make of faces that they were not trained on
measuring    how good that is
pack_folder  the trained nets as a pack
documents    the report, the figures and the summary
"""
