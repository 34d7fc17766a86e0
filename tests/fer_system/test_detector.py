from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from skimage import data

from fer_system import DetectorError, open_detector
from fer_system.detector import MIN_SCORE, YUNET_FILE, Haar, YuNet, decode

ASTRONAUT_FACE = (224, 115)  # centre, in pixels


@pytest.fixture(scope="module", params=["haar", "yunet"])
def detector(request):
    if request.param == "yunet" and not YUNET_FILE.is_file():
        pytest.skip(f"YuNet's file {YUNET_FILE.name} has not been downloaded")
    return open_detector(request.param, url="http://127.0.0.1:0")


def test_no_face_is_made_up_in_a_strip(detector):
    for width in 4 * list(range(1, 33)):  # OpenCV alone sees a face in a few of them, by chance
        detector(cv2.resize(data.astronaut(), (width, 640)))
        assert detector(np.full((width, 640, 3), 128, np.uint8)) == []


def test_the_astronauts_face_is_found_at_any_size(subtests, detector):
    for scale in (0.25, 1, 3):
        with subtests.test(scale=scale):
            picture = cv2.resize(
                data.astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
            )
            (face,) = detector(picture)
            left, top, width, height = face.box
            centre = np.array([left + width / 2, top + height / 2]) / scale
            np.testing.assert_allclose(centre, ASTRONAUT_FACE, atol=15)
            assert 70 < width / scale < 130
            assert all(type(number) is int for number in face.box)
            assert 0.3 < face.score <= 1


def test_the_square_lies_round_the_boxs_centre_and_is_about_its_size(detector):
    (face,) = detector(data.astronaut())
    left, top, width, height = face.box
    x, y, side = face.square
    np.testing.assert_allclose(
        (x + side / 2, y + side / 2), (left + width / 2, top + height / 2), atol=1
    )
    assert 0.95 < side / ((width + height) / 2) < 1.15


def test_boxes_end_at_the_pictures_edge_and_squares_may_not(detector):
    picture = np.ascontiguousarray(data.astronaut()[75:, :])  # cuts the forehead
    for face in detector(picture):
        left, top, width, height = face.box
        assert 0 <= left < left + width <= picture.shape[1]
        assert 0 <= top < top + height <= picture.shape[0]
        assert width == height or face.square[1] < top + 1


def test_no_face_is_found_where_there_is_none(subtests, detector):
    for name in ("coffee", "chelsea", "brick"):
        with subtests.test(name=name):
            picture = getattr(data, name)()
            assert detector(picture if picture.ndim == 3 else np.dstack([picture] * 3)) == []


def test_odd_shapes_do_no_harm(subtests, detector):
    for shape in ((1, 1), (1, 2000), (2000, 1), (2, 3), (33, 31), (640, 1)):
        for case, level in {"black": 0, "white": 255, "noise": None}.items():
            with subtests.test(shape=shape, case=case):
                if level is None:
                    picture = np.random.default_rng(0).integers(
                        256, size=(*shape, 3), dtype=np.uint8
                    )
                else:
                    picture = np.full((*shape, 3), level, np.uint8)
                assert detector(picture) == []


def test_one_detector_serves_many_threads_and_sizes(detector):
    astronaut = cv2.resize(data.astronaut(), (256, 256), interpolation=cv2.INTER_AREA)
    pictures = [astronaut, cv2.resize(astronaut, (200, 200)), astronaut[:150], astronaut[:, 30:200]]
    alone = [detector(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(detector, pictures * 5))
    assert together == alone * 5


def test_a_point_of_yunets_grid_tells_box_landmarks_and_score_in_pixels():
    face, objectness = np.zeros((2, 1, 6, 1))  # two rows of three points
    face[0, 4], objectness[0, 4] = 1.5, 0.64  # above 1 is 1
    face[0, 1], objectness[0, 1] = 1, 0.99 * MIN_SCORE**2
    box = np.full((1, 6, 4), [0.5, -0.25, np.log(2), np.log(3)])
    landmarks = np.tile(np.arange(10.0), (1, 6, 1))
    x, y, stride = 1, 1, 16
    np.testing.assert_allclose(
        decode(face, objectness, box, landmarks, stride, width=3 * stride),
        [[(x + 0.5 - 1) * 16, (y - 0.25 - 1.5) * 16, 32, 48, *16 * (np.arange(10) + 1), 0.8]],
    )


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded")
def test_yunet_sees_what_opencvs_own_sees(subtests):
    for shape in ((512, 512), (500, 333), (199, 401), (180, 300)):
        with subtests.test(shape=shape):
            height, width = shape
            picture = np.ascontiguousarray(data.astronaut()[:height, :width])
            opencvs = cv2.FaceDetectorYN.create(str(YUNET_FILE), "", (width, height), MIN_SCORE)
            _, expected = opencvs.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
            assert expected is not None
            found = [[*numbers, score] for numbers, score in open_detector("yunet")._find(picture)]
            np.testing.assert_allclose(found, expected, atol=0.01)


def test_auto_falls_back_to_haar_and_says_why(tmp_path, no_server):
    detector = open_detector("auto", tmp_path / "yunet.onnx", no_server)
    assert isinstance(detector, Haar)
    assert "download failed" in detector.note
    assert no_server in detector.note
    assert list(tmp_path.iterdir()) == []


def test_yunet_where_it_cannot_be_had_is_an_error_in_one_sentence(tmp_path, no_server):
    with pytest.raises(
        DetectorError, match=r"^YuNet cannot be had: [^\n]+; download \S+ to \S+\.$"
    ):
        open_detector("yunet", tmp_path / "yunet.onnx", no_server)


def test_a_download_that_is_not_yunet_is_thrown_away(tmp_path, server):
    address, folder = server
    (folder / "yunet.onnx").write_bytes(b"something else")
    file = tmp_path / "yunet.onnx"
    detector = open_detector("auto", file, f"{address}/yunet.onnx")
    assert isinstance(detector, Haar)
    assert "SHA-256" in detector.note
    assert not file.exists()


def test_a_missing_download_falls_back_to_haar(tmp_path, server):
    address, _ = server
    detector = open_detector("auto", tmp_path / "yunet.onnx", f"{address}/yunet.onnx")
    assert isinstance(detector, Haar)
    assert "404" in detector.note


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded")
def test_a_folder_that_cannot_be_written_does_not_keep_yunet_from_working(tmp_path, server):
    address, folder = server
    (folder / "yunet.onnx").write_bytes(YUNET_FILE.read_bytes())
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "yunet.onnx"
    assert isinstance(open_detector("auto", place, f"{address}/yunet.onnx"), YuNet)


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded")
def test_yunet_is_downloaded_once_and_kept(subtests, tmp_path, server, no_server):
    for case, present in {"missing": None, "damaged": b"cut short"}.items():
        with subtests.test(case=case):
            address, folder = server
            (folder / "yunet.onnx").write_bytes(YUNET_FILE.read_bytes())
            file = tmp_path / case / "folder" / "yunet.onnx"
            if present:
                file.parent.mkdir(parents=True)
                file.write_bytes(present)
            assert isinstance(open_detector("auto", file, f"{address}/yunet.onnx"), YuNet)
            assert file.read_bytes() == YUNET_FILE.read_bytes()
            assert isinstance(open_detector("yunet", file, no_server), YuNet)
            assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded")
def test_a_path_chooses_that_yunet_file():
    assert open_detector(YUNET_FILE).name == "YuNet"
    assert open_detector(str(YUNET_FILE)).name == "YuNet"


def test_a_wrong_path_or_name_is_an_error_in_one_sentence():
    with pytest.raises(DetectorError, match=r"^The face detector yolo cannot be read [^\n]+\.$"):
        open_detector("yolo")


def test_a_file_of_another_kind_is_an_error_in_one_sentence(tmp_path, model_path):
    text = tmp_path / "text.onnx"
    text.write_text("no network")
    empty = tmp_path / "empty.onnx"
    empty.touch()
    for path in (text, empty, model_path):
        with pytest.raises(DetectorError, match=r"is not a YuNet file; [^\n]+\.$"):
            open_detector(path)
