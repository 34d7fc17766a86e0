"""Tab *Video*, and the API endpoint `/predict_video`: a video in, its faces over time out."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import gradio as gr

from fer_system.errors import RecognitionError
from fer_system.recognizer import Recognizer, check_threshold
from fer_system.records import describe_model
from fer_system.video import VideoReport, annotate_video
from web import text
from web.html import component, note
from web.timeline import progress, summary, timeline_cards

SECONDS_BETWEEN_NEWS = 0.3
AT_ONCE = 1  # videos; pictures and the webcam need the other processor core


class Cancelled(Exception):  # noqa: N818, it is no error
    """The visitor wants no more of the work."""


@contextmanager
def folder_of_cache(cache: str) -> Iterator[Path]:
    """A new folder in Gradio's `cache`, taken away again where the work in it fails or is stopped.

    Otherwise its files are Gradio's to serve, and to delete in time.
    """
    Path(cache).mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="video-", dir=cache))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder)
        raise


def video_tab(recognizer: Recognizer) -> None:
    """Lay out the tab and bind its events; call inside `gr.Blocks`."""

    def reports(path: str | None, target: Path, threshold: float) -> Iterator[VideoReport]:
        """The reports of `annotate_video`, one now and then and the last."""
        if path is None:
            raise text.alert(text.VIDEO_MISSING)
        told = time.monotonic()
        try:
            check_threshold(threshold)
            for report in annotate_video(path, target, recognizer, threshold):
                if time.monotonic() - told > SECONDS_BETWEEN_NEWS:
                    told = time.monotonic()
                    yield report
        except RecognitionError as error:
            raise text.alert(text.error(error)) from error
        yield report

    stopped: set[str | None] = set()  # visitors whose run is to end

    def wait(request: gr.Request) -> dict[Any, Any]:
        stopped.discard(request.session_hash)
        return {
            status: note(text.VIDEO_WAITS),
            annotated: None,
            faces: "",
            table: gr.update(visible=False),
            document: gr.update(visible=False),
            start: gr.update(interactive=False),
            cancel: gr.update(interactive=True),
        }

    def ready() -> dict[Any, Any]:
        return {start: gr.update(interactive=True), cancel: gr.update(interactive=False)}

    def show(path: str | None, threshold: float, request: gr.Request) -> Iterator[dict[Any, Any]]:
        try:
            yield from work(path, threshold, request.session_hash)
        except Cancelled:
            yield {status: note(text.VIDEO_CANCELLED), **ready()}

    def work(path: str | None, threshold: float, visitor: str | None) -> Iterator[dict[Any, Any]]:
        started = time.monotonic()
        if visitor in stopped:  # while it waited
            raise Cancelled
        # A visitor who leaves closes this generator, which ends the work.
        with folder_of_cache(video.GRADIO_CACHE) as folder:
            target = folder / text.VIDEO_FILE.format(name=Path(path or "").stem)
            try:
                for report in reports(path, target, threshold):
                    if visitor in stopped:
                        raise Cancelled
                    yield {status: progress(report, time.monotonic() - started)}
            except Cancelled:
                raise
            except Exception as error:
                sentence = error.message if isinstance(error, gr.Error) else text.VIDEO_FAILED
                yield {status: note(sentence), **ready()}
                raise
            yield {
                status: summary(report),
                annotated: str(target),
                faces: timeline_cards(report, recognizer.classes),
                table: gr.update(value=str(report.table), visible=True),
                document: gr.update(value=str(target.with_suffix(".json")), visible=True),
                **ready(),
            }

    def stop(request: gr.Request) -> dict[Any, Any]:
        # Gradio's own cancelling loses now and then against the progress that is on its way.
        stopped.add(request.session_hash)
        return {
            status: note(text.VIDEO_CANCELLED),
            cancel: gr.update(interactive=False),
        }

    def predict_video(path: str | None, threshold: float) -> Iterator[tuple[Any, Any, Any]]:
        """Find the faces of a video, follow them, and tell the emotion of each over time.

        `threshold`, 0 to 1, is the probability from which on a face gets a label.
        Returns the video with the faces marked; a JSON object with the "model" and the "threshold",
        the video's "width", "height", "frames", "seconds" and the "duration" that its file tells,
        its "sound" ("none", "copied", "converted" or "left out") and "faces", each with its id as
        "face", when it was seen "first" and "last", for how many "seconds", and its labels'
        "shares" of that time; and a CSV file with every face of every frame, whose name tells model
        and threshold.
        """
        with folder_of_cache(video.GRADIO_CACHE) as folder:
            target = folder / text.VIDEO_FILE.format(name=Path(path or "").stem)
            for report in reports(path, target, threshold):  # noqa: B007, the last one is used
                yield None, None, None
            target.with_suffix(".json").unlink()  # Gradio deletes in time what it hands out alone
            found = describe_model(recognizer, threshold) | report.summary()
            yield str(target), found, str(report.table)

    with gr.Tab(text.label("VIDEO_TAB")), gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=320):
            video = gr.Video(
                label=text.label("VIDEO_INPUT"), sources=["upload"], elem_id="video-input"
            )
            threshold = gr.Slider(
                0,
                1,
                round(recognizer.threshold, 2),
                step=0.01,
                label=text.label("THRESHOLD"),
                info=text.label("THRESHOLD_INFO"),
            )
            with gr.Row():
                start = gr.Button(text.label("VIDEO_START"), variant="primary", min_width=120)
                cancel = gr.Button(
                    text.label("VIDEO_CANCEL"), variant="stop", interactive=False, min_width=120
                )
        with gr.Column(scale=5, min_width=320):
            status = component(lambda: note(text.VIDEO_NOTHING_YET), elem_id="video-status")
            annotated = gr.Video(
                label=text.label("VIDEO_OUTPUT"),
                interactive=False,
                buttons=["download"],
                elem_id="video-output",
            )
            with gr.Row():
                table = gr.DownloadButton(text.label("VIDEO_TABLE"), visible=False, min_width=120)
                document = gr.DownloadButton(
                    text.label("VIDEO_DOCUMENT"), visible=False, min_width=120
                )
            faces = component("", elem_id="video-faces")
            # For the API alone.
            found = gr.JSON(label="summary", visible=False)
            rows = gr.File(label="table", visible=False)

    shown = [status, annotated, faces, table, document, start, cancel]
    # At once, for the video itself may have to wait for another visitor's.
    start.click(
        wait, None, shown, api_visibility="private", show_progress="hidden", queue=False
    ).then(
        show,
        [video, threshold],
        shown,
        api_visibility="private",
        show_progress="hidden",
        concurrency_limit=AT_ONCE,
        concurrency_id="video",
    )
    cancel.click(
        stop,
        None,
        [status, cancel],
        api_visibility="private",
        show_progress="hidden",
        queue=False,
    )
    gr.on(
        [],
        predict_video,
        [video, threshold],
        [annotated, found, rows],
        api_name="predict_video",
        concurrency_id="video",
    )
