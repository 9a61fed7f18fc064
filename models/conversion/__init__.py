"""Published models become files that are opened here, the same bytes everywhere. In reading order:

protobuf           the wire format of an ONNX file
onnx_messages      the messages of an ONNX file, read and written
denormals          sets weights that are too small to compute with to zero
half_precision     makes a model compute with 16-bit numbers
dequantized        weights in blocks of int8 as floats
detector           makes YuNet's file one that every runtime opens
embedder           the same for SFace's
tfjs_weights       the weights of a TensorFlow.js model
network            an ONNX graph, written layer by layer
quantized_network  an ONNX graph that computes in 8-bit integers
age_gender         the age and gender model of face-api.js, which comes without a graph
graph_model        a TensorFlow.js graph model
prior_boxes        puts the large boxes of the SSD where they belong

`onnx` and TensorFlow are not needed: nobody who runs Facetally has to install them.
"""
