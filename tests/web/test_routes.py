import httpx

from fer_system import Recognizer
from tests.serving import serve


def test_healthz_tells_model_classes_and_detector_without_a_login(model_path):
    with serve(model_path, "--auth", "ann:secret") as (address, _):
        answer = httpx.get(f"{address}healthz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "model": "toy",
            "classes": list(Recognizer(model_path, "haar").classes),
            "detector": "Haar cascade",
        }
        assert httpx.post(f"{address}healthz").status_code == 405
        assert httpx.get(f"{address}config").status_code == 401
