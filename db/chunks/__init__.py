"""What a worker claims, leases and releases. In reading order:

cutting    the items of a job as chunks
packs      which version of a pack analyzes a job
leases     claim, renew, mark and lock
splitting  part of a chunk as a chunk of its own
window     which chunks Redis holds hints of
release    what a worker gives back unfinished
failures   an item that is given up
segments   a video as chunks
linking    the last chunk of a job that asks for people
crashes    a chunk whose worker died
"""
