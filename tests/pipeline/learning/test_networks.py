"""Every architecture takes grey faces 0..255 and survives saving and loading."""

import keras
import numpy as np
import pytest

from pipeline.foundation.params import Cnn, MobileNet, ParamsError, Vgg
from pipeline.learning import networks

TINY = {
    "cnn": Cnn("cnn", filters=[4, 8], dense=8, block_dropout=0.1, dropout=0.5),
    "vgg": Vgg("vgg", stages=[[4, 4], [8]], stage_dropout=0.1, dropout=0.1),
    "mobilenet": MobileNet("mobilenet", weights=None, input_size=32, alpha=0.25, dropout=0.1),
}


@pytest.fixture(scope="module", params=TINY)
def network(request):
    keras.utils.set_random_seed(3)
    return networks.build(TINY[request.param], (48, 48, 1), 7)


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(3).integers(0, 256, (5, 48, 48, 1)).astype(np.float32)


def test_a_network_gives_a_probability_per_class(network, faces):
    probabilities = network.predict(faces, verbose=0)
    assert probabilities.shape == (5, 7)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_saved_network_gives_the_same_and_needs_no_code_of_ours(network, faces, tmp_path):
    network.save(tmp_path / "network.keras")
    assert "pipeline" not in network.to_json()
    loaded = keras.models.load_model(tmp_path / "network.keras", safe_mode=True)
    np.testing.assert_allclose(
        loaded.predict(faces, verbose=0), network.predict(faces, verbose=0), atol=1e-6
    )


def test_the_logits_share_the_weights_and_their_softmax_is_the_output(network, faces):
    logits = networks.logits_of(network).predict(faces, verbose=0)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        exponentials / exponentials.sum(axis=1, keepdims=True),
        network.predict(faces, verbose=0),
        atol=1e-5,
    )


def test_the_cnn_sees_a_face_alike_in_bright_and_dim_light(faces):
    cnn = networks.build(TINY["cnn"], (48, 48, 1), 7)
    np.testing.assert_allclose(
        cnn.predict(faces, verbose=0), cnn.predict(faces * 0.4 + 30, verbose=0), atol=1e-3
    )


def test_a_network_that_fits_no_such_faces_is_one_sentence():
    with pytest.raises(ParamsError, match=r"vgg' does not fit faces of 16x16 .*negative") as caught:
        networks.build(Vgg("vgg", [[4]] * 6, 0.0, 0.0), (16, 16, 1), 7)
    assert "\n" not in str(caught.value)
