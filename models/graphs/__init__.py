"""Models as files, opened and run. In reading order:

graph        a loaded model, whatever its format
device       what models run on
faults       what an error says of a device
accelerated  few shapes, bounded memory, and the end of a device
binding      inputs and outputs in the memory of a device
providers    what each provider is called, needs and is told
onnx         ONNX files, with ONNX Runtime
caffe        Caffe models, with OpenCV
opening      the right one of them
"""
