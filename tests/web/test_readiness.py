from web.readiness import warm_up


def test_the_warm_up_goes_through_detector_and_network(recognizer):
    asked = []

    class Watched:
        def __call__(self, picture):
            asked.extend(recognizer(picture))

    warm_up(Watched())
    (face,) = asked
    assert face.whole_picture
    assert len(face.probabilities) == len(recognizer.classes)
