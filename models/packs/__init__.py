"""Which models there are to choose from, as packs. In reading order:

names         what packs are called
readings      how outputs are read as ages and genders
parts         detectors and estimators
votes         how estimators vote
pack          the whole
completion    what parts and files are known
reading       a pack.toml to a pack
writing       a pack to a pack.toml
shipped_packs the packs that come with Facetally
folder        the operator's own packs
files         where the files of a pack lie
"""
