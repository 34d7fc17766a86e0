"""The README's tables are those of the reports."""

import pytest

from pipeline import readme
from pipeline.foundation.errors import PipelineError
from pipeline.records.card import read_champion


def test_the_tables_are_as_the_command_writes_them():
    text = readme.README.read_text(encoding="utf-8")
    assert readme.written(text) == text


def test_the_champion_stands_first_with_the_figures_of_its_card():
    card = read_champion()
    header, first, second, *_ = readme.figures(card["model"], list(card["candidates"]))
    assert header[2] == "PrivateTest accuracy"
    assert first[0] == f"**`{card['model']}`** (champion)"
    assert f"{100 * card['figures']['test']['accuracy']:.2f} %" in first[2]
    assert second[2] == f"{100 * card['test_averaged']['accuracy']:.2f} %"


def test_a_table_is_written_between_its_marks_and_nowhere_else():
    text = "before\n<!-- figures -->\nold\n\nlines\n<!-- /figures -->\nafter\n"
    table = readme.markdown([["model", "accuracy"], ["`cnn`", r"70 % \1"]])
    assert readme.with_table(text, "figures", table) == (
        "before\n<!-- figures -->\n| model | accuracy |\n|---|---|\n| `cnn` | 70 % \\1 |\n"
        "<!-- /figures -->\nafter\n"
    )
    with pytest.raises(PipelineError, match="lacks the marks <!-- robustness -->"):
        readme.with_table(text, "robustness", table)
