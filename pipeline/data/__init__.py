"""Faces and labels: from a CSV, class folders and votes to checked arrays."""
