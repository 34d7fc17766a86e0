from fer_system.emotions import FER2013
from fer_system.picture import PictureError
from fer_system.recognizer import Face
from fer_system.records import describe_figures
from fer_system.results import Result, figures


def face(label, share=0.9):
    rest = (1 - share) / (len(FER2013) - 1)
    return Face((1, 2, 3, 4), {name: share if name == label else rest for name in FER2013}, 0.9)


def test_the_largest_face_counts_and_what_counts_nowhere_is_told():
    results = [
        Result("set/happy/1.png", (9, 9), (face("happy"), face("sad"))),
        Result("set/Happy/2.png", (9, 9), (face("fear"),)),
        Result("set/sad/3.png", (9, 9), ()),
        Result("set/sad/4.png", error=PictureError("It is broken.")),
        Result("set/bored/5.png", (9, 9), (face("happy"),)),
        Result("6.png", (9, 9), (face("happy"),)),
    ]
    found = figures(results, FER2013)
    assert (found.faces, found.faceless, found.unreadable) == (2, 1, 1)
    assert found.unknown == {"bored": 1}
    assert found.accuracy == 0.5
    assert found.confusion[FER2013.index("happy"), FER2013.index("fear")] == 1
    described = describe_figures(found)
    assert described["accuracy"] == 0.5
    assert described["confusion"] == found.confusion.tolist()
    assert figures(results[2:], FER2013).faces == 0
