"""Tab *Video*, and the API endpoint `/predict_video`: a video in, its faces over time out."""

import math
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import gradio as gr
import numpy as np

from fer_system.errors import RecognitionError
from fer_system.recognizer import Recognizer, check_threshold
from fer_system.records import describe_model
from fer_system.timeline import FaceSummary
from fer_system.video import VideoReport, annotate_video
from web import cards, text

SECONDS_BETWEEN_NEWS = 0.3
CARDS = 12  # faces shown on the page; the tables have all
WHOLE = 0.95  # of the length that a file tells; sound may go on a little after the pictures
AT_ONCE = 1  # videos; pictures and the webcam need the other processor core


class Cancelled(Exception):  # noqa: N818, it is no error
    """The visitor wants no more of the work."""


def progress(report: VideoReport, passed: float) -> str:
    """How far a video is after `passed` seconds of work, as a bar and a sentence."""
    if not report.done:
        bar, sentence = "<progress></progress>", text.VIDEO_AT.format(at=text.clock(report.seconds))
    else:
        left = passed * (1 - report.done) / report.done
        bar = f'<progress value="{report.done:.3f}"></progress>'
        sentence = text.VIDEO_LEFT.format(
            percent=text.percent(report.done), left=text.clock(math.ceil(left))
        )
    return f'<label class="fer-progress">{bar}<span>{escape(sentence)}</span></label>'


def summary(report: VideoReport) -> str:
    """A sentence on the whole video."""
    faces, length = report.timeline.faces, text.clock(report.seconds)
    if not faces:
        sentence = text.VIDEO_NO_FACE
    elif len(faces) == 1:
        sentence = text.VIDEO_ONE_FACE.format(length=length)
    elif len(faces) <= CARDS:
        sentence = text.VIDEO_FACES.format(count=len(faces), length=length)
    else:
        count = len(faces) + report.timeline.forgotten
        sentence = text.VIDEO_MANY_FACES.format(count=count, shown=CARDS, length=length)
    notes = [sentence]
    if report.done is not None and report.done < WHOLE:
        notes.append(text.VIDEO_ENDS_EARLY.format(length=text.clock(report.duration)))
    if report.sound == "left out":
        notes.append(text.VIDEO_WITHOUT_SOUND)
    return cards.note(" ".join(notes))


def timeline_cards(report: VideoReport, classes: Sequence[str]) -> str:
    """A card for each of the longest seen faces: its timeline and its shares of time."""
    faces = report.timeline.faces[:CARDS]
    if not faces:
        return ""
    colours = (
        f'<li><span style="background:var(--colour-{position})"></span>'
        f"{escape(text.emotion(name))}</li>"
        for position, name in enumerate(classes)
    )
    found = (_card(face, report, classes) for face in faces)
    return (
        f'<ul class="fer-film-legend" aria-label="{escape(text.VIDEO_COLOURS)}">'
        f"{''.join(colours)}</ul>"
        f'<div class="fer-cards">{"".join(found)}</div>'
    )


def _card(face: FaceSummary, report: VideoReport, classes: Sequence[str]) -> str:
    name = text.VIDEO_FACE.format(id=face.id)
    seen = text.VIDEO_SEEN.format(
        first=text.clock(face.first),
        last=text.clock(face.last),
        seconds=text.decimal(face.seconds, 1),
    )
    plot = timeline_svg(face.steps, len(classes), report.seconds / report.timeline.step)
    rows = (
        _share(label, share, classes.index(label) if label else None)
        for label, share in face.shares.items()
    )
    return (
        f'<article class="fer-card" aria-label="{escape(name)}"><header>'
        f'<img src="{cards.picture_uri(face.portrait)}" alt="">'
        f"<div><strong>{escape(name)}</strong><span>{escape(seen)}</span></div></header>"
        f'<figure class="fer-film">{plot}<figcaption aria-hidden="true">'
        f"<span>{text.clock(0)}</span><span>{text.clock(report.seconds)}</span></figcaption>"
        f"</figure><ul>{''.join(rows)}</ul></article>"
    )


def _share(label: str | None, share: float, position: int | None) -> str:
    name = text.emotion(label) if label else text.UNCERTAIN
    emoji = "" if position is None else f"background-image:var(--emoji-{position})"
    colour = "" if position is None else f"background:var(--colour-{position})"
    return (
        f'<li><span class="fer-emoji" style="{emoji}"></span><span>{escape(name)}</span>'
        f'<span class="fer-bar"><span style="width:{share:.1%};{colour}"></span></span>'
        f"<span>{escape(text.percent(share))}</span></li>"
    )


def timeline_svg(steps: dict[int, np.ndarray], classes: int, length: float) -> str:
    """The probabilities of all classes over time, stacked, as inline SVG.

    `steps` is that of a FaceSummary, `length` the video's length in steps. What stays empty is time
    in which the face was not seen.
    """
    stacked = {step: 100 * np.cumsum(sums) / sums.sum() for step, sums in steps.items()}
    paths = []
    for position in reversed(range(classes)):  # each over the next, so that no gap can show
        spans = (f"M{step} {100 - tops[position]:.1f}h1V100h-1z" for step, tops in stacked.items())
        paths.append(f'<path fill="var(--colour-{position})" d="{"".join(spans)}"/>')
    return (
        f'<svg role="img" aria-label="{escape(text.VIDEO_TIMELINE)}" preserveAspectRatio="none"'
        f' viewBox="0 0 {length:.2f} 100" shape-rendering="crispEdges">{"".join(paths)}</svg>'
    )


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
            status: cards.note(text.VIDEO_WAITS),
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
            yield {status: cards.note(text.VIDEO_CANCELLED), **ready()}

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
                yield {status: cards.note(sentence), **ready()}
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
            status: cards.note(text.VIDEO_CANCELLED),
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
            status = cards.html(lambda: cards.note(text.VIDEO_NOTHING_YET), elem_id="video-status")
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
            faces = cards.html("", elem_id="video-faces")
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
