"""Offline half of the project: fer2013.csv -> trained, measured and promoted models."""
