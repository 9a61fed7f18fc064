"""Models as files, opened and run. In reading order:

graph    a loaded model, whatever its format
onnx     ONNX files, with ONNX Runtime
caffe    Caffe models, with OpenCV
opening  the right one of them
"""
