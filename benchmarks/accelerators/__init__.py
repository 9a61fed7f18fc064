"""The models on whatever accelerator is there. In reading order:

onnx_file    an ONNX file as nodes and constants
torch_graph  an ONNX file run by PyTorch, where ONNX Runtime has no CUDA
engines      what runs the models on this machine
clock        where the time of a run goes
watch        how busy a GPU is, meanwhile
speeds       models, transfer and decoding, each alone
pipeline     pictures to faces, all together
equality     whether the faces are those of the CPU
"""
