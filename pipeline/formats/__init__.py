"""A trained network as a file for other programs, and how such files are run."""
