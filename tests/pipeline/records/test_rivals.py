"""The champion stands among its rivals with its own figures."""

from pipeline.records.rivals import entries_of, how, read_published

CARD = {
    "model": "vgg",
    "parameters": 1_900_000,
    "recipe": {"network": {"name": "vgg"}},
    "figures": {"test": {"accuracy": 0.71, "macro_f1": 0.69}},
    "test_averaged": {"views": "ten", "accuracy": 0.72, "macro_f1": 0.7},
    "test_intervals_95": {"accuracy": {"low": 0.695, "high": 0.725}},
}


def test_every_rival_has_a_name_an_accuracy_and_an_origin():
    rivals = read_published()
    assert len(rivals) > 5
    for rival in rivals:
        assert rival["name"]
        assert 0.5 < rival["accuracy"] < 0.8
        assert rival["origin"] in ("measured", "quoted")
        assert rival["parameters"] is None or rival["parameters"] > 1000
        assert rival["chosen_on"] in ("", "validation", "test")
        assert rival["views"] in (None, 1, 10)
        assert rival["start"] in ("", "scratch", "ImageNet")


def test_the_champion_is_entered_with_one_view_and_with_the_mean_of_views():
    single, averaged = entries_of(CARD)
    assert (single["accuracy"], averaged["accuracy"]) == (0.71, 0.72)
    assert "69.5% to 72.5%" in single["note"]
    assert how(single) == ["measured", "chosen on validation"]
    assert how(averaged) == ["measured", "chosen on validation", "mean of 10 views"]
    assert set(single) == set(averaged) == set(read_published()[0])
