"""params.yaml is read strictly."""

import re

import pytest

from pipeline.foundation.params import REPOSITORY, ParamsError, load_params

ORIGINAL = (REPOSITORY / "params.yaml").read_text(encoding="utf-8")


@pytest.fixture
def load(tmp_path):
    def load(old, new):
        assert old in ORIGINAL
        path = tmp_path / "params.yaml"
        path.write_text(ORIGINAL.replace(old, new, 1), encoding="utf-8")
        return load_params(path)

    return load


def test_the_repositorys_params_are_valid():
    params = load_params()
    assert set(params.models) <= set(params.train)


def test_a_float_in_exponent_notation_is_a_float(load):
    assert load("learning_rate: 0.001", "learning_rate: 1e-3").train["cnn"].learning_rate == 0.001


WRONG = [
    ("patience:", "patiense:", r"train\.cnn\.patiense: unknown key; did you mean 'patience'\?"),
    ("rotation:", "rotate:", r"train\.cnn\.augmentation\.rotate: unknown key"),
    ("batch_size: ", "batch_size: big # ", r"train\.cnn\.batch_size: .*integer.*'big'"),
    ("batch_size: ", "batch_size: true # ", r"train\.cnn\.batch_size: .*integer.*True"),
    (
        "batch_size: ",
        "batch_size: 0 # ",
        r"train\.cnn\.batch_size: .*greater than or equal to 1",
    ),
    ("seed: 1", "devices: 0\n    seed: 1", r"train\.cnn\.devices: .*from 1, or all, but it is 0"),
    (
        "learning_rate: 0.001",
        "learning_rate: -1",
        r"train\.cnn\.learning_rate: .*greater than 0",
    ),
    ("learning_rate: 0.001", "learning_rate: .nan", r"train\.cnn\.learning_rate: "),
    ("optimizer: adam", "optimizer: adamm", r"train\.cnn\.optimizer: .*'adam' or 'sgd'"),
    ("    seed: 1\n", "", r"train\.cnn\.seed: this key is missing"),
    (
        "name: cnn,",
        "name: cmm,",
        r"network\.name is 'cmm'; networks.py has cnn, vgg",
    ),
    ("name: cnn, ", "", r"train\.cnn\.network\.name: this key is missing"),
    (
        "stage_dropout: 0.0",
        "stage_dropuot: 0.0",
        r"train\.vgg\.network\.stage_dropuot: unknown key; did you mean 'stage_dropout'\?",
    ),
    ("block_dropout: 0.05, ", "", r"train\.cnn\.network\.block_dropout: this key is missing"),
    ("filters: [32,", "filters: [0,", r"train\.cnn\.network\.filters\.0: .*equal to 1"),
    ("dense: 256", "dense: many", r"train\.cnn\.network\.dense: .*integer.*'many'"),
    (
        "stages: [[32, 32],",
        "stages: [[1], [1], [1], [1],",
        r"vgg\.network\.stages: .*at most 6",
    ),
    ("weights: imagenet", "weights: mine", r"network\.weights: .*'imagenet'"),
    ("models: [cnn, vgg, mobilenet]", "models: [cnn, resnet]", r"no section train\.resnet"),
    ("models: [cnn, vgg, mobilenet]", "models: []", r"models: "),
    ("warmup_epochs: 3", "warmup_epochs: 70", r"warmup_epochs is 70; it must be less than"),
    ("base: vgg", "base: resnet", r"ablation\.base names 'resnet'"),
    ("seeds: [1, 2, 3]", "seeds: []", r"ablation\.seeds: "),
    ("models: [cnn, vgg, mobilenet]", "models: [", r"not valid YAML"),
    ("temperature: 2.0", "temperature: 0", r"student\.distil\.temperature: .*greater than 0"),
    ("weight: 0.8", "weight: 1.2", r"student\.distil\.weight: .*less than or equal to 1"),
    ("blur: 0.1", "blur: 0.9", r"student\.spoiling: the shares add up to 1\.3, more than 1"),
    ("votes: 0.3", "votes: 3", r"student\.votes: .*less than or equal to 1"),
    ("teachers: [vgg]", "teachers: []", r"student\.distil\.teachers: "),
    ("teachers: [vgg]", "teachers: [vgg, wide]", r"teachers: 'wide' is not trained; add it"),
    ("teachers: [vgg]", "teachers: [small]", r"teachers: 'small' is not trained"),
    ("teachers: [vgg]", "teachers: [student]", r"student would learn from itself"),
    ("start: vgg", "start: cnn", r"distil\.start is 'cnn', which is none of the teachers"),
    (
        "teachers: [vgg], start: vgg",
        "teachers: [cnn], start: cnn",
        r"distil\.start: cnn has another network than student",
    ),
    ("students: [student]", "students: [cnn]", r"train\.cnn has no `distil`, so list cnn under"),
    (
        "models: [cnn, vgg",
        "models: [student, cnn, vgg",
        r"student has a key `distil`, so",
    ),
    ("metric: accuracy", "metric: accuracy\n  excluded: [vg]", r"excluded names 'vg', but"),
    (
        "metric: accuracy",
        "metric: accuracy\n  excluded: [cnn, vgg, mobilenet, student]",
        r"promote\.excluded leaves no model",
    ),
]
"""What is replaced in params.yaml, by what, and what is said then."""


def test_a_wrong_key_or_value_is_one_sentence_that_names_it(load):
    for old, new, sentence in WRONG:
        with pytest.raises(ParamsError) as caught:
            load(old, new)
        assert re.search(sentence, str(caught.value)), f"{new!r} gives {caught.value}"
        assert "\n" not in str(caught.value), new


def test_missing_params_say_how_to_get_them_back(tmp_path):
    with pytest.raises(ParamsError, match="git checkout"):
        load_params(tmp_path / "params.yaml")


def test_teachers_that_learn_from_each_other_are_refused(load):
    section = ORIGINAL[ORIGINAL.index("  student:") : ORIGINAL.index("  mobilenet:")]
    other = section.replace("student:", "other:").replace("[vgg], start: vgg", "[student]")
    ring = section.replace("[vgg], start: vgg", "[other]") + other
    text = ORIGINAL.replace("students: [student]", "students: [student, other]")
    with pytest.raises(ParamsError, match="student would learn from itself"):
        load(ORIGINAL, text.replace(section, ring))


def test_what_is_excluded_is_trained_and_never_served(load):
    params = load("metric: accuracy", "metric: accuracy\n  excluded: [vgg]")
    assert params.trained == ["cnn", "vgg", "mobilenet", "student"]
    assert params.candidates == ["cnn", "mobilenet", "student"]
