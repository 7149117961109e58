"""`make listen`: what kokorod says, heard by a machine beside what kokoro-onnx says.

Whisper base writes down what it hears and DNSMOS says how it sounds; both sides speak the same
texts with the same weights. docs/benchmarks.md says what the figures mean.
"""
