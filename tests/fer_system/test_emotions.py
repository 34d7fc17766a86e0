from fer_system.emotions import FER2013, class_named


def test_a_folder_names_a_class_in_any_case_and_by_its_noun_or_adjective(subtests):
    for folder, expected in [
        ("angry", "angry"),
        ("Happy", "happy"),
        (" SAD ", "sad"),
        ("Anger", "angry"),
        ("surprised", "surprise"),
        ("holiday", None),
        ("", None),
        ("3", None),
    ]:
        with subtests.test(folder=folder, expected=expected):
            assert class_named(folder, FER2013) == expected


def test_a_spelling_counts_only_where_the_model_has_the_class():
    assert class_named("anger", ("happy", "sad")) is None
    assert class_named("anger", ("Anger", "Joy")) == "Anger"
