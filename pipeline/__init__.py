"""Offline half of the project: fer2013.csv -> trained, measured and promoted models."""

import os

# Where a processor lacks AVX-512, TensorFlow leaves oneDNN's kernels alone, and trains slower.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
