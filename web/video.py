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
from fer_system.recognizer import Recognizer
from fer_system.records import describe_model
from fer_system.video import VideoReport, annotate_video
from web import metrics, text
from web.background import in_background
from web.guard.bodies import FULL
from web.html import component, note
from web.stopping import Stops
from web.timeline import progress, summary, timeline

SCRIPT = Path(__file__).with_name("timeline.js")
SECONDS_BETWEEN_NEWS = 0.3
MOST_MINUTES, MOST_WORKING_MINUTES = 10, 30
"""Of a video, and of the work on it: longer ones would keep other visitors' waiting too long."""
AT_ONCE = 1  # videos; pictures and the webcam need the other processor core


class Cancelled(Exception):  # noqa: N818, it is no error
    """The visitor wants no more of the work."""


@contextmanager
def folder_of_cache(cache: str) -> Iterator[Path]:
    """A new folder in Gradio's `cache`, taken away again where the work in it fails or is stopped.

    Otherwise its files are Gradio's to serve, and are deleted in time.
    """
    Path(cache).mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="video-", dir=cache))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder)
        raise


def reports(
    recognizer: Recognizer, path: str | None, target: Path, threshold: float | None
) -> Iterator[VideoReport]:
    """The reports of `annotate_video`, one now and then and the last; gr.Error says why not."""
    if path is None:
        raise text.alert(text.VIDEO_MISSING)
    told = time.monotonic()
    end = told + 60 * MOST_WORKING_MINUTES
    try:
        work = annotate_video(path, target, recognizer, threshold, text.face_label)
        for report in counted(in_background(work)):
            if max(report.seconds, report.duration or 0) > 60 * MOST_MINUTES:
                raise text.alert(text.VIDEO_TOO_LONG.format(limit=MOST_MINUTES))
            if time.monotonic() > end:
                raise text.alert(text.VIDEO_TAKES_TOO_LONG.format(limit=MOST_WORKING_MINUTES))
            if time.monotonic() - told > SECONDS_BETWEEN_NEWS:
                told = time.monotonic()
                yield report
    except RecognitionError as error:
        raise text.alert(text.error(error)) from error
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise text.alert(text.GUARD_DISK_FULL) from error
    yield report


def counted(steps: Iterator[VideoReport]) -> Iterator[VideoReport]:
    """The same reports of a video, whose frames and faces are counted for the owner's figures."""
    frames = 0
    with metrics.answering("video"):
        for report in steps:
            metrics.count("video", report.frames - frames, 0)
            frames = report.frames
            yield report
    metrics.count("video", 0, len(report.timeline.faces) + report.timeline.forgotten)


def target_in(folder: Path, path: str | None) -> Path:
    """What the annotated copy of the video at `path` is called there."""
    return folder / text.VIDEO_FILE.format(name=Path(path or "").stem)


Updates = dict[Any, Any]
"""What becomes of components, by the components."""


class VideoTab:
    """The tab with its events, for one recogniser; make it inside `gr.Blocks`."""

    def __init__(self, recognizer: Recognizer, threshold: gr.HTML) -> None:
        self._recognizer, self._threshold = recognizer, threshold
        self._stops = Stops()
        with (
            gr.Tab(text.label("VIDEO_TAB"), id="video", elem_id="tab-video"),
            gr.Row(equal_height=False),
        ):
            with gr.Column(scale=4, min_width=320):
                self._lay_out_input()
            with gr.Column(scale=5, min_width=320):
                self._lay_out_result()
        self._bind_buttons()
        self._bind_api()

    def _lay_out_input(self) -> None:
        self._video = gr.Video(
            label=text.label("VIDEO_INPUT"), sources=["upload"], elem_id="video-input"
        )
        with gr.Row():
            self._start = gr.Button(text.label("VIDEO_START"), variant="primary", min_width=120)
            self._cancel = gr.Button(
                text.label("VIDEO_CANCEL"), variant="stop", interactive=False, min_width=120
            )

    def _lay_out_result(self) -> None:
        self._status = component(lambda: note(text.VIDEO_NOTHING_YET), elem_id="video-status")
        self._annotated = gr.Video(
            label=text.label("VIDEO_OUTPUT"),
            interactive=False,
            buttons=["download"],
            elem_id="video-output",
        )
        with gr.Row():
            self._table = gr.DownloadButton(text.label("VIDEO_TABLE"), visible=False, min_width=120)
            self._document = gr.DownloadButton(
                text.label("VIDEO_DOCUMENT"), visible=False, min_width=120
            )
        script = SCRIPT.read_text(encoding="utf-8")
        self._faces = component("", elem_id="video-faces", js_on_load=script)
        # For the API alone.
        self._found = gr.JSON(label="summary", visible=False)
        self._rows = gr.File(label="table", visible=False)

    def _bind_buttons(self) -> None:
        shown = [
            self._status,
            self._annotated,
            self._faces,
            self._table,
            self._document,
            self._start,
            self._cancel,
        ]
        # At once, for the video itself may have to wait for another visitor's.
        self._start.click(
            self._wait, None, shown, api_visibility="private", show_progress="hidden", queue=False
        ).then(
            self._show,
            [self._video, self._threshold],
            shown,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=AT_ONCE,
            concurrency_id="video",
        )
        self._cancel.click(
            self._stop,
            None,
            [self._status, self._cancel],
            api_visibility="private",
            show_progress="hidden",
            queue=False,
        )

    def _bind_api(self) -> None:
        gr.on(
            [],
            self.predict_video,
            [self._video, self._threshold],
            [self._annotated, self._found, self._rows],
            api_name="predict_video",
            concurrency_id="video",
        )

    def _wait(self, request: gr.Request) -> Updates:
        self._stops.forget(request)
        return {
            self._status: note(text.VIDEO_WAITS),
            self._annotated: None,
            self._faces: "",
            self._table: gr.update(visible=False),
            self._document: gr.update(visible=False),
            self._start: gr.update(interactive=False),
            self._cancel: gr.update(interactive=True),
        }

    def _ready(self) -> Updates:
        return {
            self._start: gr.update(interactive=True),
            self._cancel: gr.update(interactive=False),
        }

    def _stop(self, request: gr.Request) -> Updates:
        self._stops.want(request)
        return {
            self._status: note(text.VIDEO_CANCELLED),
            self._cancel: gr.update(interactive=False),
        }

    def _show(
        self, path: str | None, threshold: float | None, request: gr.Request
    ) -> Iterator[Updates]:
        """How far the video is, and then what was found in it."""
        try:
            yield from self._work(path, threshold, request)
        except Cancelled:
            yield {self._status: note(text.VIDEO_CANCELLED), **self._ready()}
        except Exception as error:
            sentence = error.message if isinstance(error, gr.Error) else text.VIDEO_FAILED
            yield {self._status: note(sentence), **self._ready()}
            raise
        finally:
            self._stops.forget(request)

    def _work(
        self, path: str | None, threshold: float | None, request: gr.Request
    ) -> Iterator[Updates]:
        started = time.monotonic()
        if self._stops.wanted(request):  # while it waited
            raise Cancelled
        # A visitor who leaves closes this generator, which ends the work.
        with folder_of_cache(self._video.GRADIO_CACHE) as folder:
            target = target_in(folder, path)
            for report in reports(self._recognizer, path, target, threshold):
                if self._stops.wanted(request):
                    raise Cancelled
                yield {self._status: progress(report, time.monotonic() - started)}
            yield {
                self._status: summary(report),
                self._annotated: str(target),
                self._faces: timeline(report, self._recognizer.classes),
                self._table: gr.update(value=str(report.table), visible=True),
                self._document: gr.update(value=str(target.with_suffix(".json")), visible=True),
                **self._ready(),
            }

    def predict_video(
        self, video: str | None, threshold: float | None = None
    ) -> Iterator[tuple[str | None, dict[str, Any] | None, str | None]]:
        """Find the faces of a video, follow them, and tell the emotion of each over time.

        `threshold`, 0 to 1, is the probability from which on a face gets a label; without it that
        of the model counts.
        Returns the video with the faces marked; a JSON object with the "model" and the "threshold",
        the video's "width", "height", "frames", "seconds" and the "duration" that its file tells,
        its "sound" ("none", "copied", "converted" or "left out") and "faces", each with its id as
        "face", when it was seen "first" and "last", for how many "seconds", and its labels'
        "shares" of that time, and "faces_left_out", how many more faces there were; and a CSV file
        with every face of every frame, whose name tells model and threshold.
        """
        with folder_of_cache(self._video.GRADIO_CACHE) as folder:
            target = target_in(folder, video)
            for report in reports(self._recognizer, video, target, threshold):  # noqa: B007, the last one is used
                yield None, None, None
            target.with_suffix(".json").unlink()  # the caller gets the CSV
            found = describe_model(self._recognizer, threshold) | report.summary()
            yield str(target), found, str(report.table)
