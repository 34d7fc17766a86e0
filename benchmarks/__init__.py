"""Measurements, never asserted on: ratios within one run, on the machine that runs them."""
