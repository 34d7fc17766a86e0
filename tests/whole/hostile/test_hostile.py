"""A sample of everything hostile, fired at one page: it must refuse or answer, and live on.

`make hostile` fires all of it, at every door.
"""

from PIL import Image

from fer_system.detector import YUNET_FILE
from tests.whole.hostile.attack import Watch, rates, sample, volley
from tests.whole.hostile.doors import LIBRARY
from tests.whole.hostile.inputs import KINDS
from tests.whole.hostile.pictures import encoded, face
from tests.whole.hostile.target import FAULTS, served

LIMIT = 30
"""Seconds for an answer."""
MOST = {"scans": 10, "bombs": 12, "crowd": 2, "mutations": 30, "videos": 15}
"""Inputs of a kind; of the others eight."""


def test_the_page_survives_a_sample_of_everything_hostile(model_path):
    detector = "yunet" if YUNET_FILE.is_file() else "haar"
    picture = encoded(Image.fromarray(face(480)).resize((640, 480)), "JPEG", quality=80)
    shots = [shot for kind in KINDS for shot in sample(kind, MOST.get(kind, 8))]
    assert {shot.kind for shot in shots} == set(KINDS)
    with served(model_path, detector, "--mcp") as target, Watch(target, picture) as watch:
        try:
            faults = [
                (shot.kind, shot.input.name[:60], shot.door, *outcome)
                for shot, outcome in volley(target, shots, LIMIT)
                if outcome.verdict in FAULTS
            ]
        finally:
            LIBRARY.close()
        assert faults == []
        assert target.alive()
        assert target.healthy(LIMIT)
        assert watch.answers


def test_the_worst_window_is_the_longest_without_answers():
    steady = [second / 10 for second in range(1, 101)]
    paused = [time for time in steady if not 3 < time < 6]
    assert rates(steady, 0, 10, window=5) == (10, 10)
    assert rates(steady[:5], 0, 0.5, window=5) == (10, 10)
    mean, worst = rates(paused, 0, 10, window=2)
    assert (mean, worst) == (7.1, 0)
