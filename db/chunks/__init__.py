"""What a worker claims, holds and gives back. In reading order:

leases     claim, hold and mark
splitting  part of a chunk as a chunk of its own
release    what a worker gives back unfinished
segments   a video as chunks
crashes    a chunk whose worker died
window     which chunks Redis holds hints of
"""
