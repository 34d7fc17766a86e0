"""The tables of README and docs/ are those of the reports."""

import pytest

from pipeline import documents
from pipeline.foundation.errors import PipelineError
from pipeline.records.card import read_champion


def test_the_tables_are_as_the_command_writes_them():
    for path in documents.documents():
        text = path.read_text(encoding="utf-8")
        assert documents.with_tables(text, documents.TABLES) == text, path


def test_every_table_stands_in_a_document():
    texts = [path.read_text(encoding="utf-8") for path in documents.documents()]
    for name in documents.TABLES:
        assert any(f"<!-- {name} -->\n" in text for text in texts), name


def test_the_champion_stands_first_with_the_figures_of_its_card():
    card = read_champion()
    header, first, second, *_ = documents.figures()
    assert header[2] == "test accuracy"
    assert first[0] == f"**`{card['model']}`** (champion)"
    assert f"{100 * card['figures']['test']['accuracy']:.2f} %" in first[2]
    assert second[2] == f"{100 * card['test_averaged']['accuracy']:.2f} %"


def test_a_table_is_written_between_its_marks_and_nowhere_else():
    text = "before\n<!-- figures -->\nold\n\nlines\n<!-- /figures -->\nafter\n"
    tables = {"figures": lambda: [["model", "accuracy"], ["`cnn`", r"70 % \1"]]}
    assert documents.with_tables(text, tables) == (
        "before\n<!-- figures -->\n| model | accuracy |\n|---|---|\n| `cnn` | 70 % \\1 |\n"
        "<!-- /figures -->\nafter\n"
    )
    with pytest.raises(PipelineError, match="no table `figures`, but robustness"):
        documents.with_tables(text, {"robustness": tables["figures"]})


def test_a_table_in_a_list_keeps_its_indent():
    text = "- item\n\n  <!-- figures -->\n  old\n  <!-- /figures -->\n"
    assert documents.with_tables(text, {"figures": lambda: [["model"], ["`cnn`"]]}) == (
        "- item\n\n  <!-- figures -->\n  | model |\n  |---|\n  | `cnn` |\n  <!-- /figures -->\n"
    )


def test_several_seeds_are_told_with_their_standard_deviation():
    assert documents.spread([1.0, 2.0, 3.0], 2, " %") == "2.00 % ± 1.00"
    assert documents.spread([0.5], 3) == "0.500"


def test_the_exports_that_are_told_are_the_champions():
    accuracy = read_champion()["figures"]["validation"]["accuracy"]
    exact = [row[-1] for row in documents.exports()[1:] if "int8" not in row[0]]
    assert set(exact) == {documents.percent(accuracy)}, "python -m pipeline.export --to all"
