"""Zip archives made by the tests, and what is found in them."""

import zipfile

import pytest

from fer_system.folder import open_pictures
from fer_system.picture import PictureError


def packed(path, members, method=zipfile.ZIP_DEFLATED):
    """A zip archive of (name or ZipInfo, bytes)."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def names(*paths):
    with open_pictures(paths) as (entries, _):
        return [entry.name for entry in entries]


def complaint(path):
    """Why the only entry of an archive cannot be read."""
    with open_pictures([path]) as ([entry], _), pytest.raises(PictureError) as refusal:
        entry.read()
    return str(refusal.value)
