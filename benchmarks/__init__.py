"""Measurements, never asserted on: ratios within one run, on the machine that runs them."""

import pipeline  # noqa: F401  before TensorFlow, for what that is to start with
