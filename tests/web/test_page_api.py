import base64
import csv
import json
import os
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from skimage import data

from tests.clips import steady, write_clip, write_song
from tests.serving import with_both_detectors


@pytest.fixture(scope="module")
def predict(address):
    client = Client(address, verbose=False)
    return lambda path: client.predict(handle_file(str(path)), api_name="/predict_image")


@with_both_detectors
def test_a_picture_comes_back_with_every_face_and_all_its_probabilities(
    predict, astronaut, recognizer
):
    _, found = predict(astronaut)
    assert (found["width"], found["height"]) == (512, 512)
    [face] = [face for face in found["faces"] if abs(face["left"] - 175) < 40]
    left, top, width, height = (face[side] for side in ("left", "top", "width", "height"))
    assert left < 225 < left + width
    assert top < 115 < top + height
    assert tuple(face["probabilities"]) == tuple(recognizer.classes)
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=0.001)
    assert face["label"] == max(face["probabilities"], key=face["probabilities"].get)
    assert face["confidence"] == face["probabilities"][face["label"]]
    assert 0 < face["score"] <= 1
    assert face["uncertain"] is (face["confidence"] < found["threshold"])
    assert face["quality"] == []


@with_both_detectors
def test_the_faces_are_marked_in_the_picture_that_comes_back(predict, astronaut):
    marked, _ = predict(astronaut)
    pixels = np.asarray(Image.open(marked).convert("RGB"), int)
    difference = np.abs(pixels - data.astronaut()).max(axis=2) > 60
    assert pixels.shape == (512, 512, 3)
    assert 0.001 < difference.mean() < 0.3


@with_both_detectors
def test_a_picture_without_a_face_has_no_faces(predict, tmp_path):
    Image.new("RGB", (400, 300), "gray").save(tmp_path / "empty.png")
    _, found = predict(tmp_path / "empty.png")
    assert (found["width"], found["height"], found["faces"]) == (400, 300, [])


@with_both_detectors
def test_a_cropped_face_is_taken_as_one_face_and_said_so(predict, tmp_path):
    face = Image.fromarray(data.astronaut()).crop((170, 60, 280, 170)).convert("L").resize((48, 48))
    face.save(tmp_path / "face.png")
    _, found = predict(tmp_path / "face.png")
    assert [face["score"] for face in found["faces"]] == [None]


def bad_files(astronaut):
    whole = astronaut.read_bytes()
    return {
        "nothing.png": b"",
        "text.png": b"This is not a picture.",
        "truncated.png": whole[: len(whole) // 2],
        "header.jpg": b"\xff\xd8\xff\xe0",
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    }


def test_what_is_no_picture_is_refused_by_a_sentence_and_the_server_lives_on(
    subtests, predict, astronaut, tmp_path
):
    for name in ("nothing.png", "text.png", "truncated.png", "header.jpg", "drawing.svg"):
        with subtests.test(name=name):
            (tmp_path / name).write_bytes(bad_files(astronaut)[name])
            with pytest.raises(AppError) as refusal:
                predict(tmp_path / name)
            sentence = str(refusal.value)
            assert sentence.endswith(".")
            assert "Traceback" not in sentence
            assert "/" not in sentence, "a path of the server leaked"
            assert predict(astronaut)[1]["faces"]


def test_no_picture_at_all_is_refused_by_a_sentence(address):
    with pytest.raises(AppError, match=r"\.$"):
        Client(address, verbose=False).predict(None, api_name="/predict_image")


def call(address, *payload, name="predict_image", language="en"):
    """The event stream that a plain HTTP caller reads after sending `payload`."""
    api = f"{address}gradio_api/call/{name}"
    body = json.dumps({"data": payload})  # unlike httpx's own, with NaN
    headers = {"Content-Type": "application/json", "Accept-Language": language}
    event = httpx.post(api, content=body, headers=headers)
    return httpx.get(f"{api}/{event.json()['event_id']}", timeout=60).text


def test_a_visitor_cannot_name_a_file_of_the_server(subtests, address, astronaut, clip):
    for marked in ({"meta": {"_type": "gradio.FileData"}}, {"meta": {}}, {}):
        for name in ("predict_image", "predict_images", "predict_video"):
            with subtests.test(marked=marked, name=name):
                path = clip if name == "predict_video" else astronaut
                for named in (path, os.path.relpath(path)):
                    answer = call(
                        address, {"path": str(named), **marked}, *[0.5] * (path == clip), name=name
                    )
                    assert answer.startswith("event: error")
                    assert f"{named} was not uploaded to this server" in answer


def test_a_private_address_is_not_fetched_and_the_refusal_speaks_the_callers_language(address):
    named = f"{address}favicon.ico"
    for name in ("predict_image", "predict_images", "predict_video"):
        for file in ({"path": named, "meta": {"_type": "gradio.FileData"}}, {"url": named}):
            assert f"{named} is not a public address" in call(address, file, name=name)
    answer = call(address, {"path": named}, language="de")
    sentence = json.loads(answer.partition("data: ")[2])["error"]
    assert sentence.startswith(f"{named} ist keine öffentliche Adresse")


def test_a_picture_may_be_in_its_address_however_that_is_given(subtests, address, astronaut):
    held = f"data:image/png;base64,{base64.b64encode(astronaut.read_bytes()).decode()}"
    meta = {"_type": "gradio.FileData"}
    for file in ({"url": held}, {"path": held}, {"path": "", "url": held}):
        for marked in ({}, {"meta": meta}):
            with subtests.test(parts=[*file, *marked]):
                assert call(address, file | marked).startswith("event: complete")


def test_a_broken_data_address_is_refused(subtests, address):
    for url in ("data:image/png;base64,%%%", "data:", "data:image/png;base64,"):
        with subtests.test(url=url):
            assert call(address, {"path": None, "url": url}).startswith("event: error")


def test_a_file_of_unreasonable_size_is_refused(address, predict, astronaut):
    files = {"files": ("huge.mp4", bytes(210_000_000))}
    assert httpx.post(f"{address}gradio_api/upload", files=files).status_code == 413
    assert predict(astronaut)[1]["faces"]


def test_a_picture_as_large_as_a_video_may_be_is_refused(predict, astronaut, tmp_path):
    (tmp_path / "huge.png").write_bytes(astronaut.read_bytes() + bytes(33_000_000))
    with pytest.raises(AppError, match=r"longer than the 32 MB allowed"):
        predict(tmp_path / "huge.png")


def test_runs_are_neither_kept_nor_shown(address):
    assert httpx.get(f"{address}monitoring/summary").status_code != 200
    assert not httpx.get(f"{address}config").json().get("run_history")


@pytest.fixture(scope="module")
def predict_video(address):
    client = Client(address, verbose=False)
    return lambda path, *threshold: client.predict(
        handle_file(str(path)), *threshold, api_name="/predict_video"
    )


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", steady(8), sound="aac")


def results(temporary):
    """The folders of videos that were finished or are being worked on."""
    return set(temporary.glob("*/video-*"))


def test_a_video_comes_back_annotated_with_a_summary_and_a_table(predict_video, clip):
    annotated, summary, table = predict_video(clip)
    with av.open(annotated) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert len(list(container.decode(video=0))) == summary["frames"] == 8
    assert (summary["width"], summary["height"], summary["sound"]) == (320, 240, "copied")
    assert (summary["model"], summary["threshold"]) == ("toy", 0.125)
    (face,) = summary["faces"]
    assert sum(face["shares"].values()) == pytest.approx(1, abs=0.001)
    with Path(table).open(encoding="utf-8") as rows:
        assert [int(row["face"]) for row in csv.DictReader(rows)] == [face["face"]] * 8


def test_a_video_takes_a_threshold(predict_video, clip):
    (face,) = predict_video(clip, 1)[1]["faces"]
    assert face["shares"] == {"uncertain": 1}


def test_who_calls_without_a_threshold_gets_the_models_own(address, astronaut, recognizer):
    files = {"files": (astronaut.name, astronaut.read_bytes())}
    (path,) = httpx.post(f"{address}gradio_api/upload", files=files).json()
    picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
    for payload in ([picture], [picture, None]):
        assert f'"threshold": {recognizer.threshold}' in call(address, *payload)


def test_a_picture_and_a_folder_take_a_threshold(address, astronaut):
    client, picture = Client(address, verbose=False), handle_file(str(astronaut))
    _, found = client.predict(picture, 1, api_name="/predict_image")
    folder = client.predict([picture], threshold=1, api_name="/predict_images")
    assert (found["threshold"], folder["threshold"]) == (1, 1)
    assert all(face["uncertain"] for face in found["faces"] + folder["pictures"][0]["faces"])


@pytest.mark.parametrize("detector", ["yunet"], indirect=True)
def test_a_picture_takes_a_detail_and_tells_that_it_had_to_be_turned(address, tmp_path):
    client = Client(address, verbose=False)
    Image.fromarray(np.rot90(data.astronaut())).save(tmp_path / "lying.png")
    for detail in ("fast", "high"):
        picture = handle_file(str(tmp_path / "lying.png"))
        _, found = client.predict(picture, detail=detail, api_name="/predict_image")
        assert (found["turned"], len(found["faces"])) == (90, 1)
    with pytest.raises(AppError, match="no detail 'best'; choose fast, normal or high"):
        client.predict(picture, detail="best", api_name="/predict_image")


def test_a_wrong_argument_is_refused_in_the_callers_language(address):
    for given, sentence in (
        ((None, "best"), "Die Genauigkeit 'best' gibt es nicht; "),
        ((None, [7]), "Die Genauigkeit '[7]' gibt es nicht; "),
        ((2,), "Der Schwellenwert ist 2; "),
    ):
        answer = call(address, None, *given, language="de")
        assert json.loads(answer.partition("data: ")[2])["error"].startswith(sentence)


def test_what_is_no_video_is_refused_by_a_sentence_and_leaves_no_file(
    subtests, predict_video, clip, temporary, tmp_path
):
    for name in ("nothing.mp4", "text.mp4", "cut.mp4", "song.m4a", "list.m3u8"):
        with subtests.test(name=name):
            content = {
                "nothing.mp4": b"",
                "text.mp4": b"This is not a video.",
                "cut.mp4": clip.read_bytes()[:5000],
                "song.m4a": write_song(tmp_path / "song.m4a").read_bytes(),
                "list.m3u8": b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n",
            }
            (tmp_path / name).write_bytes(content[name])
            before = results(temporary)
            with pytest.raises(AppError) as refusal:
                predict_video(tmp_path / name)
            sentence = str(refusal.value)
            assert sentence.endswith(".")
            assert "/" not in sentence, "a path of the server leaked"
            assert results(temporary) == before
            assert predict_video(clip)[1]["frames"] == 8


def test_a_wrong_threshold_is_refused_and_leaves_no_file(
    subtests, address, predict_video, clip, temporary
):
    for threshold in (-1, 7, float("nan"), [0.5], "high"):
        with subtests.test(threshold=threshold):
            files = {"files": (clip.name, clip.read_bytes())}
            (path,) = httpx.post(f"{address}gradio_api/upload", files=files).json()
            before = results(temporary)
            video = {"path": path, "meta": {"_type": "gradio.FileData"}}
            answer = call(address, video, threshold, name="predict_video")
            assert "event: error" in answer
            assert "event: complete" not in answer
            assert results(temporary) == before
            assert predict_video(clip)[1]["frames"] == 8


def test_no_video_at_all_is_refused_by_a_sentence(address):
    with pytest.raises(AppError, match=r"no video yet.*\.$"):
        Client(address, verbose=False).predict(None, 0.5, api_name="/predict_video")
