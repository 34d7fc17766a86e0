import io
import socket
import zipfile

import httpx
import psutil
from gradio_client import Client, handle_file
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from tests.clips import face_picture, steady, write_clip
from tests.serving import started


def listeners(process):
    """Hosts and ports that a process listens at."""
    connections = psutil.Process(process.pid).net_connections(kind="inet")
    return {(it.laddr.ip, it.laddr.port) for it in connections if it.status == psutil.CONN_LISTEN}


def figures(address):
    """Every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(httpx.get(address).text)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_pictures_faces_times_and_refusals_are_counted_for_prometheus(model_path, tmp_path):
    Image.fromarray(face_picture()).save(tmp_path / "face.png")
    picture = (tmp_path / "face.png").read_bytes()
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as archive:
        for name in ("1.png", "2.png"):
            archive.writestr(name, picture)
        archive.writestr("3.png", b"no picture")
    film = write_clip(tmp_path / "film.mp4", steady(5))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with started(model_path, "--metrics", str(port)) as (process, address, _):
        assert ("127.0.0.1", port) in listeners(process)
        live = f"{address}live?session=12345678"
        for _ in range(3):
            assert httpx.post(live, content=picture).status_code == 200
        assert httpx.post(live, content=io.BytesIO(b"no picture")).status_code == 422
        assert httpx.get(f"{address}metrics").status_code == 404
        page = Client(address, verbose=False)
        page.predict(handle_file(tmp_path / "face.png"), api_name="/predict_image")
        page.predict([handle_file(tmp_path / "faces.zip")], api_name="/predict_images")
        page.predict(handle_file(film), api_name="/predict_video")
        found = figures(f"http://127.0.0.1:{port}/metrics")
    for way, pictures, faces, answers in [
        ("webcam", 3, 3, 3),
        ("picture", 1, 1, 1),
        ("folder", 2, 2, 1),
        ("video", 5, 1, 1),
    ]:
        assert found["fer_pictures_total", way] == pictures
        assert found["fer_faces_total", way] == faces
        assert found["fer_answer_seconds_count", way] == answers
        assert found["fer_answer_seconds_sum", way] > 0
    assert found["fer_refused_total", "422"] == 1
    assert found["fer_refused_total", "404"] >= 1
    assert found["fer_webcam_visitors",] == 1
    assert found["process_resident_memory_bytes",] > 0
    labels = {name for name, *values in found if values}
    assert all(
        name.startswith(("fer_pictures", "fer_faces", "fer_answer", "fer_refused"))
        for name in labels
    )


def test_without_the_flag_there_is_no_other_listener(model_path):
    with started(model_path) as (process, address, _):
        assert listeners(process) == {("127.0.0.1", httpx.URL(address).port)}
