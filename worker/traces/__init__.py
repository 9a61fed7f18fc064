"""Traces of requests and chunks by OpenTelemetry, where a collector is set. In reading order:

endpoint  where they are sent, and whether
tracing   spans, and how they are sent
opening   opens all that, and imports it only then
"""
