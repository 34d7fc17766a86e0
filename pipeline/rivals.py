"""Stage: the champion's card and the published networks -> reports/rivals/rivals.csv."""

from __future__ import annotations

from pipeline.data.dataset import FER2013_HASH
from pipeline.foundation.errors import run
from pipeline.foundation.files import write_csv
from pipeline.records.card import read_champion
from pipeline.records.rivals import COMPARED, entries_of, read_published


def main() -> None:
    """Write all of them, the most accurate first."""
    card = read_champion()
    comparable = card["data_hash"] == FER2013_HASH
    if not comparable:
        print("The champion was measured on other faces than FER2013's: no rival stands beside it.")
    rivals = read_published() if comparable else []
    entries = sorted([*entries_of(card), *rivals], key=lambda entry: -entry["accuracy"])
    columns = list(entries[0])
    write_csv(COMPARED, columns, [[entry[name] for name in columns] for entry in entries])
    for entry in entries:
        print(f"{entry['accuracy']:.2%}  {entry['name']} ({entry['origin']})")


if __name__ == "__main__":
    run(main)
