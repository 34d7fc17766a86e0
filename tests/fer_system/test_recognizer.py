import io
import os
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from fer_system import Detection, Face, ModelError, PictureError, Recognizer
from fer_system.crop import cut_face
from fer_system.detector import YUNET_FILE
from fer_system.emotions import FER2013
from fer_system.recognizer import is_face_crop


@pytest.fixture(scope="module", params=["haar", "yunet"])
def recognizer(request, model_path):
    if request.param == "yunet" and not YUNET_FILE.is_file():
        pytest.skip(f"YuNet's file {YUNET_FILE.name} has not been downloaded")
    return Recognizer(model_path, request.param)


@pytest.fixture(scope="module")
def small_face():
    """A real face as FER2013 would hold it: grey, 48 x 48."""
    grey = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    return np.rint(cut_face(grey, (172, 62, 104), 48)).astype(np.uint8)


def jpeg(picture, quality=75):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def test_a_photo_gives_its_face_with_every_class(recognizer):
    (face,) = recognizer(data.astronaut())
    assert list(face.probabilities) == list(recognizer.classes) == list(FER2013)
    assert sum(face.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert face.confidence == max(face.probabilities.values())
    assert face.probabilities[face.label] == face.confidence
    left, top, width, height = face.box
    assert left < 224 < left + width
    assert top < 115 < top + height
    assert not face.whole_picture
    assert 0 < face.score <= 1


def test_a_face_is_uncertain_below_the_threshold_and_no_wrong_one_is_taken(model_path):
    (face,) = Recognizer(model_path, "haar")(data.astronaut())
    assert face.threshold == Recognizer(model_path, "haar").card.threshold
    assert not face.uncertain
    (face,) = Recognizer(model_path, "haar", threshold=1.0)(data.astronaut())
    assert face.uncertain
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"The threshold is .*; give a number from 0 to 1\."):
            Recognizer(model_path, "haar", threshold=wrong)


def test_a_call_may_have_a_threshold_of_its_own(recognizer):
    for threshold, uncertain in ((1.0, True), (0.0, False), (None, False)):
        (face,) = recognizer(data.astronaut(), threshold=threshold)
        assert face.uncertain is uncertain
    with pytest.raises(ValueError, match="The threshold is 2; give a number"):
        recognizer(data.astronaut(), threshold=2)


def test_a_face_tells_what_makes_it_hard_to_read(recognizer):
    astronaut = data.astronaut()
    (face,) = recognizer(astronaut, quality=True)
    assert face.quality == ()
    (dark,) = recognizer(astronaut // 5, quality=True)
    assert dark.quality == ("dark",)
    (blurred,) = recognizer(cv2.GaussianBlur(astronaut, (0, 0), 4), quality=True)
    assert blurred.quality == ("blurred",)


def test_a_face_and_its_mirror_image_are_read_alike(small_face):
    recognizer = Recognizer(detector="haar")
    mirror = np.ascontiguousarray(small_face[:, ::-1])
    (face,), (mirrored,) = (recognizer(each, maps=True) for each in (small_face, mirror))
    for name, share in face.probabilities.items():
        assert mirrored.probabilities[name] == pytest.approx(share, abs=1e-5)
    np.testing.assert_allclose(mirrored.maps, face.maps[:, ::-1], atol=1e-3)
    (frame,) = recognizer.frame(small_face)
    (mirrored_frame,) = recognizer.frame(mirror)
    assert frame.probabilities != pytest.approx(mirrored_frame.probabilities, abs=1e-5)


def test_a_turned_face_needs_a_higher_probability_for_a_label():
    recognizer = Recognizer(detector="haar")
    own, turned = recognizer.card.threshold, recognizer.card.turned_threshold
    assert own < turned < 1
    frontal = ((30.0, 40.0), (60.0, 40.0), (45.0, 58.0), (33.0, 72.0), (57.0, 72.0))
    aside = (*frontal[:2], (58.0, 58.0), *frontal[3:])
    square = (172.0, 62.0, 104.0)
    for threshold, expected in ((None, turned), (0.0, 0.0), (1.0, 1.0)):
        told = [
            recognizer.read(
                data.astronaut(),
                [Detection((172, 62, 104, 104), 0.9, square, landmarks)],
                threshold=threshold,
            )[0].threshold
            for landmarks in (None, frontal, aside)
        ]
        plain = own if threshold is None else threshold
        assert told == [plain, plain, pytest.approx(expected)]


def test_activation_maps_come_with_a_model_that_has_them():
    (face,) = Recognizer(detector="haar")(data.astronaut(), maps=True)
    rows, columns, classes = face.maps.shape
    assert rows > 1
    assert columns > 1
    assert classes == len(face.probabilities)
    left, top, side = face.square
    assert left < face.box[0] + face.box[2] / 2 < left + side
    assert top < face.box[1] + face.box[3] / 2 < top + side
    # Their mean is the logits, so the most probable class has the most of them.
    assert list(face.probabilities)[face.maps.mean(axis=(0, 1)).argmax()] == face.label


def test_maps_and_notes_cost_nobody_who_does_not_ask(monkeypatch):
    recognizer = Recognizer(detector="haar")

    def refuse(*_):
        pytest.fail("nobody asked")

    monkeypatch.setattr("fer_system.recognizer.quality_notes", refuse)
    monkeypatch.setattr("fer_system.classifier.Classifier.explain", refuse)
    (face,) = recognizer(data.astronaut() // 5)
    assert (face.quality, face.maps) == ((), None)


def test_the_answer_is_the_same_for_a_path_bytes_and_an_array(recognizer, tmp_path):
    path = tmp_path / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    expected = recognizer(data.astronaut())
    assert recognizer(path) == recognizer(path.read_bytes()) == expected


def test_colour_or_grey_makes_little_difference(recognizer):
    (colour,) = recognizer(data.astronaut())
    (grey,) = recognizer(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY))
    for name in recognizer.classes:
        assert colour.probabilities[name] == pytest.approx(grey.probabilities[name], abs=0.1)


def test_several_faces_come_largest_first(recognizer):
    astronaut = data.astronaut()
    picture = np.full((512, 800, 3), 255, np.uint8)
    picture[100:356, 0:256] = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    picture[:, 288:] = astronaut
    large, small = recognizer(picture)
    assert large.box[2] > 1.5 * small.box[2]
    assert large.box[0] > 288 > small.box[0] + small.box[2]


def test_a_photo_without_faces_gives_an_empty_list(subtests, recognizer):
    for name in ("coffee", "chelsea", "brick", "moon", "gravel"):
        with subtests.test(name=name):
            assert recognizer(getattr(data, name)()) == []


def test_fer2013s_own_48_pixels_are_one_face(recognizer, small_face):
    (face,) = recognizer(small_face)
    assert face.whole_picture
    assert face.score is None
    assert face.box == (0, 0, 48, 48)


def test_an_enlarged_copy_is_one_face_with_much_the_same_answer(subtests, recognizer, small_face):
    for side in (64, 100, 224, 480):
        for method in ("BILINEAR", "BICUBIC", "LANCZOS"):
            with subtests.test(side=side, method=method):
                (expected,) = recognizer(small_face)
                enlarged = Image.fromarray(small_face).resize(
                    (side, side), Image.Resampling[method]
                )
                (face,) = recognizer(jpeg(np.asarray(enlarged)))
                assert face.whole_picture
                assert face.box == (0, 0, side, side)
                for name in recognizer.classes:
                    assert face.probabilities[name] == pytest.approx(
                        expected.probabilities[name], abs=0.1
                    )


def test_a_copy_enlarged_pixel_by_pixel_is_one_face(recognizer, small_face):
    (face,) = recognizer(np.kron(small_face, np.ones((10, 10), np.uint8)))
    assert face.whole_picture


def test_a_detailed_or_coloured_or_oblong_or_flat_picture_is_no_face_crop(small_face):
    def rgb(grey):
        return np.dstack([grey] * 3)

    assert is_face_crop(rgb(small_face), [])
    assert not is_face_crop(rgb(data.brick()), [])
    assert not is_face_crop(cv2.applyColorMap(small_face, cv2.COLORMAP_JET), [])
    assert not is_face_crop(rgb(small_face[:, :40]), [])
    assert not is_face_crop(np.full((48, 48, 3), 128, np.uint8), [])
    assert not is_face_crop(np.full((1, 1, 3), 128, np.uint8), [])


def test_a_soft_portrait_with_a_smaller_face_is_a_photo(small_face):
    portrait = np.dstack([cv2.resize(small_face, (300, 300), interpolation=cv2.INTER_CUBIC)] * 3)
    small = Detection((90, 90, 120, 120), 0.9, (90.0, 90.0, 120.0))
    large = Detection((20, 20, 260, 260), 0.9, (20.0, 20.0, 260.0))
    assert is_face_crop(portrait, [large])
    assert not is_face_crop(portrait, [small])


def test_a_crop_over_the_edge_repeats_the_border():
    grey = np.tile(np.arange(10, dtype=np.uint8), (10, 1))
    crop = cut_face(grey, (-4.0, -4.0, 8.0), 8)
    np.testing.assert_array_equal(crop, np.tile([0, 0, 0, 0, 0, 1, 2, 3], (8, 1)))


def test_a_crop_has_the_models_size_and_keeps_its_brightness(subtests):
    for side in (1, 5, 47, 48, 49, 1000):
        with subtests.test(side=side):
            grey = np.random.default_rng(0).integers(100, 110, size=(500, 700), dtype=np.uint8)
            crop = cut_face(grey, (20.4, 30.6, side), 48)
            assert crop.shape == (48, 48)
            assert crop.dtype == np.float32
            assert 100 <= crop.min() <= crop.max() < 110


def test_one_recognizer_serves_many_threads(recognizer, small_face):
    astronaut = cv2.resize(data.astronaut(), (256, 256), interpolation=cv2.INTER_AREA)
    pictures = [astronaut, small_face, data.coffee()[:200, :200], astronaut[:, :200]]
    alone = [recognizer(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(recognizer, pictures * 4))
    assert together == alone * 4


def test_odd_shapes_give_no_face(subtests, recognizer):
    for shape in ((1, 1), (1, 3000), (3000, 1), (2, 2), (5000, 20)):
        with subtests.test(shape=shape):
            assert recognizer(np.full(shape, 90, np.uint8)) == []


def test_it_names_its_detector_and_shows_the_card(recognizer):
    assert recognizer.detector_name in ("YuNet", "Haar cascade")
    assert recognizer.detector_note.startswith(("YuNet finds", "The Haar cascade finds"))
    assert recognizer.card.classes == recognizer.classes


def test_opencv_takes_the_cores_it_is_given(model_path):
    Recognizer(model_path, "haar", threads=2)
    assert cv2.getNumThreads() == 2
    Recognizer(model_path, "haar")
    assert cv2.getNumThreads() == 1


def test_the_models_default_path_does_not_depend_on_the_working_folder(monkeypatch, tmp_path):
    from fer_system import DEFAULT_MODEL

    monkeypatch.chdir(tmp_path)
    assert DEFAULT_MODEL.is_absolute()
    assert DEFAULT_MODEL.parts[-2:] == ("models", "best.onnx")
    assert (DEFAULT_MODEL.parents[1] / "fer_system").is_dir()


def test_a_missing_model_and_a_missing_picture_are_errors(recognizer, tmp_path):
    with pytest.raises(ModelError):
        Recognizer(tmp_path / "missing.onnx", "haar")
    with pytest.raises(PictureError):
        recognizer(os.fspath(tmp_path / "missing.png"))


def test_a_face_knows_its_label():
    face = Face((1, 2, 3, 4), {"sad": 0.2, "happy": 0.7, "fear": 0.1}, 0.9)
    assert (face.label, face.confidence, face.whole_picture) == ("happy", 0.7, False)
    assert Face((0, 0, 9, 9), {"sad": 1.0}, None).whole_picture
