"""Nets, whatever trains them. In reading order:

layers         what nets are made of
architectures  the nets that can be trained
crops          chips to crops
lessons        what a net learns from
onnx_file      a trained net as a file
parts          a trained net as the part of a pack
"""
