"""One face, one record: the same columns in every table, the same names in every JSON."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

from fer_system.emotions import FER2013
from fer_system.picture import PictureError
from fer_system.recognizer import Face
from fer_system.records import (
    COLUMNS,
    VideoTables,
    csv_header,
    csv_name,
    csv_rows,
    csv_text,
    dated_stem,
    describe_face,
    describe_model,
    describe_picture,
)
from fer_system.results import Result
from fer_system.tracker import TrackedFace

HEADER = (
    "source,time,face,left,top,width,height,label,confidence,uncertain,score,quality,"
    "angry,disgust,fear,happy,sad,surprise,neutral,error"
)


def face(label, share=0.9, **options):
    rest = (1 - share) / (len(FER2013) - 1)
    shares = {name: share if name == label else rest for name in FER2013}
    return Face((1, 2, 3, 4), shares, 0.91239, **options)


def table(*results):
    rows = [row for result in results for row in csv_rows(result, FER2013)]
    return csv_text([csv_header(FER2013), *rows])


def test_a_table_has_a_line_for_every_face_and_one_for_a_picture_without():
    uncertain = face("sad", 0.4, threshold=0.5, quality=("small", "dark"))
    text = table(
        Result('a,"b".png', (9, 9), (face("happy"), replace(uncertain, score=None))),
        Result("none.png", (9, 9)),
        Result("bad.png", error=PictureError("It is broken, sadly.")),
    )
    header, first, second, faceless, bad, end = text.split("\r\n")
    assert (header, end) == (HEADER, "")
    assert first.startswith('"a,""b"".png",,1,1,2,3,4,happy,0.9,0,0.9124,,0.0167,')
    assert second.startswith('"a,""b"".png",,2,1,2,3,4,sad,0.4,1,,small dark,0.1,')
    assert faceless == "none.png" + "," * 19
    assert bad == "bad.png" + "," * 19 + '"It is broken, sadly."'


def test_no_cell_is_a_formula_and_numbers_stay_numbers():
    for start in ("=", "+", "-", "@", "\t", "\r"):
        name = f'{start}HYPERLINK("http://x","y")'
        left = replace(face("happy"), box=(-1, 2, 3, 4), probabilities={name: 0.75, "b": 0.25})
        rows = csv_rows(Result(name, (9, 9), (left,)), (name, "b"))
        rows += csv_rows(Result("bad", error=PictureError("{name}", name=name)), (name, "b"))
        text = csv_text([csv_header((name, "b")), *rows])
        header, row, bad = csv.reader(io.StringIO(text, newline=""))
        assert header[-3] == row[0] == row[COLUMNS.index("label")] == bad[-1] == f"'{name}"
        assert row[COLUMNS.index("left")] == "-1"


def test_json_has_the_columns_names_and_the_probabilities_apart():
    described = describe_picture(Result("1.png", (9, 8), (face("happy"),)))
    assert list(described) == ["source", "width", "height", "turned", "faces", "error"]
    [record] = described["faces"]
    assert list(record) == [*COLUMNS, "probabilities"]
    assert list(record["probabilities"]) == list(FER2013)
    assert (record["source"], record["time"], record["face"]) == ("1.png", None, 1)
    assert (record["label"], record["confidence"], record["uncertain"]) == ("happy", 0.9, False)
    assert (record["score"], record["quality"]) == (0.9124, [])
    refused = describe_picture(Result("2.png", error=PictureError("No.")))
    assert refused == {
        "source": "2.png",
        "width": None,
        "height": None,
        "turned": 0,
        "faces": [],
        "error": "No.",
    }


def test_a_class_may_be_called_like_a_column():
    odd = replace(face("happy"), probabilities={"error": 0.75, "label": 0.25})
    record = describe_face(odd, 1, "1.png")
    assert (record["label"], record["probabilities"]) == ("error", odd.probabilities)
    [row] = csv_rows(Result("1.png", (9, 9), (odd,)), ("error", "label"))
    assert row[-3:] == [0.75, 0.25, None]


def test_a_followed_face_is_told_by_its_id_and_its_most_probable_class():
    shares = {"happy": 0.4, "sad": 0.35, "neutral": 0.25}
    for shown, uncertain in (("sad", False), (None, True)):  # its label lags behind, or is missing
        followed = TrackedFace((1, 2, 3, 4), shares, 0.9, id=7, unseen=0.0, shown=shown)
        record = describe_face(followed, followed.id, "clip.mp4", 1.23456)
        assert (record["face"], record["time"]) == (7, 1.2346)
        assert (record["label"], record["confidence"]) == ("happy", 0.4)
        assert record["uncertain"] is uncertain


def test_a_videos_tables_tell_the_same_faces(subtests):
    for frames in ([], [0], [2, 0, 1]):
        with subtests.test(frames=frames):
            rows, document = io.StringIO(newline=""), io.StringIO()
            head = {"model": "vgg", "threshold": 0.45}
            tables = VideoTables(rows, document, ("happy", "sad"), head, "=clip.mp4")
            shares = {"happy": 0.75, "sad": 0.25}
            for number, count in enumerate(frames):
                faces = [
                    TrackedFace((1, 2, 3, 4), shares, 0.9, id=id_, unseen=0.0, shown="happy")
                    for id_ in range(1, count + 1)
                ]
                tables.write(number / 10, faces)
            tables.finish({"frames": len(frames)})
            told = json.loads(document.getvalue())
            assert list(told) == ["model", "threshold", "source", "frames", "summary"]
            assert [len(frame["faces"]) for frame in told["frames"]] == frames
            header, *cells = csv.reader(io.StringIO(rows.getvalue(), newline=""))
            assert header == csv_header(("happy", "sad"))
            records = [record for frame in told["frames"] for record in frame["faces"]]
            assert [(row[0], float(row[1]), int(row[2])) for row in cells] == [
                ("'=clip.mp4", record["time"], record["face"]) for record in records
            ]


def test_a_document_and_a_file_name_tell_model_and_threshold():
    recognizer = SimpleNamespace(card=SimpleNamespace(model="my net/2"), threshold=0.456789)
    head = describe_model(recognizer)
    assert head == {"model": "my net/2", "threshold": 0.4568}
    assert csv_name("faces", head) == "faces-my_net_2-threshold-0.4568.csv"
    assert csv_name("a", describe_model(recognizer, 1.0)) == "a-my_net_2-threshold-1.csv"


def test_the_names_of_files_are_plain_words_whatever_their_picture_is_called(subtests):
    for source, stem in {
        "holiday.jpg": "holiday",
        "our holiday (2).tar.png": "our_holiday_2_tar",
        "../../etc/passwd": "passwd",
        "..": "picture",
        "": "picture",
        "-rf.png": "rf",
        'C:\\fake\\"a*?<b>|.png': "C_fake_a_b",
        "\u202egpj.png": "gpj",
        "\u0939\u093f\u0928\u094d\u0926\u0940.png": "\u0939\u093f\u0928\u094d\u0926\u0940",
        f"{300 * 'a'}.png": 40 * "a",
    }.items():
        with subtests.test(source=source):
            assert dated_stem(source, date(2026, 11, 29)) == f"{stem}-2026-11-29"
