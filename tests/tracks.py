"""What faces over time are to become: one specification of the library's tracker and the page's.

`tracks.json` holds films: a `threshold`, and for each of the `pictures` its `time`, the `faces`
that are found in it and what they are `tracked` as, records as the page knows them.
"""

from pathlib import Path

TRACKS = Path(__file__).with_name("tracks.json")
