"""How a person is painted: one module for each part of the face.

Lengths are in face units (half the width of the face), x to the right, y down, (0, 0) between
the eyes and the nose. Left and right are the viewer's.
"""
