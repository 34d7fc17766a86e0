"""Tab *Folder*, and the API endpoint `/predict_images`: many pictures in, their faces out."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, GradioRootModel

from fer_system.errors import FolderError
from fer_system.folder import MAX_FILES, SUFFIXES, Entry, open_pictures, recognize
from fer_system.picture import JUNK
from fer_system.recognizer import Recognizer
from fer_system.records import describe_figures, describe_model, describe_picture
from fer_system.results import Result, figures
from web import metrics, text
from web.background import in_background
from web.folder.overview import Thumbnails, overview, progress
from web.guard.bodies import MAX_FILE
from web.guard.disk import QUOTA
from web.html import component, data, note, render
from web.scripts import entry
from web.stopping import Stops

RUNS_AT_ONCE = 2  # of all visitors; the others wait
SECONDS_BETWEEN_NEWS = 0.3
MOST_MINUTES, MOST_FACES = 10, 50_000
"""Of one run, for the others who wait, and for the memory that the answer takes."""
MOST_OTHERS = 20_000
"""Files beside the pictures that the browser names to us, empty; more are not looked at."""
MOST_BYTES = 3 * QUOTA // 10
"""Of one choice; the guard of uploads gives an address a third of QUOTA."""

HAND_OVER = """
element.addEventListener("files", ({ detail }) => {
  props.value = detail;
  trigger("upload");
});
"""
"""What chooser.js has uploaded becomes the component's value, as if it had a field for files."""
TELL_THE_END = "() => { document.dispatchEvent(new Event('folder-end')); }"


Recognized = tuple[Result, np.ndarray | None]
"""The faces of a picture, and its pixels where it could be read."""


class Files(GradioRootModel):
    """Several files, or one."""

    root: list[FileData] | FileData


def receive_paths(component: gr.File | gr.HTML) -> None:
    """Have the component hand over the paths of one or several files, by `file_paths`."""
    component.data_model = Files
    component.preprocess = file_paths  # type: ignore[method-assign,assignment]
    # MCP clients can give one file alone: Gradio 6.31 describes lists of files wrongly to them.
    component.api_info = gr.File(render=False).api_info  # type: ignore[method-assign]


def file_paths(payload: Files | None) -> list[Path]:
    """Where the files lie that Gradio received.

    Takes the place of `gr.File.preprocess`, which leaves an empty file behind for each.
    """
    if payload is None:
        return []
    files = payload.root if isinstance(payload.root, list) else [payload.root]
    return [Path(file.path) for file in files]


def pictures(
    recognizer: Recognizer, entries: Sequence[Entry], threshold: float | None = None
) -> Iterator[Recognized]:
    """What is recognised in every entry, one after the other; gr.Error where it is too much."""
    end, faces = time.monotonic() + 60 * MOST_MINUTES, 0
    with metrics.answering("folder"):
        for entry in entries:
            if time.monotonic() > end:
                raise text.alert(text.FOLDER_TOO_LONG.format(limit=MOST_MINUTES))
            result, pixels = recognize(recognizer, entry, threshold=threshold)
            metrics.count("folder", pixels is not None, len(result.faces))
            faces += len(result.faces)
            if faces > MOST_FACES:
                raise text.alert(text.FOLDER_TOO_MANY_FACES.format(limit=text.number(MOST_FACES)))
            yield result, pixels


class FolderTab:
    """The tab with its events, for one recogniser; make it inside `gr.Blocks`."""

    def __init__(self, recognizer: Recognizer, threshold: gr.HTML) -> None:
        self._recognizer, self._threshold = recognizer, threshold
        self._stops = Stops()
        with gr.Tab(text.label("FOLDER_TAB"), id="folder", elem_id="tab-folder"):
            component(self._chooser, "folder-chooser", entry("/folder/chooser.js"))
            self._stop = gr.Button(text.label("FOLDER_STOP"), elem_id="folder-stop")
            self._shown = component("", "folder-results", entry("/folder/results.js"))
            self._sent = gr.HTML(html_template="", js_on_load=HAND_OVER, elem_id="folder-input")
            receive_paths(self._sent)
            # For the API alone.
            self._files = gr.File(label="files", file_count="multiple", visible=False)
            receive_paths(self._files)
            self._found = gr.JSON(label="pictures", visible=False)
        self._bind()

    def _bind(self) -> None:
        # At once, for the pictures may have to wait for others': what is stopped then stays so.
        sent = self._sent.upload(
            self._stops.forget, api_visibility="private", show_progress="hidden", queue=False
        )
        shown = sent.success(
            self._show,
            self._sent,
            self._shown,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=RUNS_AT_ONCE,
            concurrency_id="folder",
        )
        for end in (sent.failure, shown.failure, shown.success):  # Gradio's `then` skips failures
            end(None, js=TELL_THE_END)
        self._stop.click(self._stops.want, api_visibility="private", queue=False)
        gr.on(
            [],
            self.predict_images,
            [self._files, self._threshold],
            self._found,
            api_name="predict_images",
            concurrency_limit=RUNS_AT_ONCE,
            concurrency_id="folder",
        )

    def _chooser(self) -> str:
        """Where pictures are dropped or chosen, and what chooser.js has to know."""
        return render(
            "chooser.html",
            files=text.number(MAX_FILES),
            classes=", ".join(self._recognizer.classes),  # as folders must be named, anywhere
            facts=data(
                {
                    "words": text.FOLDER_CHOOSER,
                    "thousands": text.THOUSANDS_SIGN,
                    "suffixes": SUFFIXES,
                    "junk": JUNK,
                    "pictures": MAX_FILES,
                    "others": MOST_OTHERS,
                    "bytes": MOST_BYTES,
                    "part": MAX_FILE,
                }
            ),
        )

    def _show(self, paths: list[Path], request: gr.Request) -> Iterator[str]:
        """How far the pictures are, and then what was found in them."""
        try:
            with open_pictures(paths, MAX_FILES) as (entries, left_aside):
                yield from self._work(entries, left_aside, request)
        except FolderError as error:
            yield note(text.error(error))
            raise text.alert(text.error(error)) from error
        except gr.Error as error:
            yield note(error.message)
            raise
        finally:
            self._stops.forget(request)

    def _work(
        self, entries: Sequence[Entry], left_aside: int, request: gr.Request
    ) -> Iterator[str]:
        """News of the work, and its results: of what is done where it is stopped or too much."""
        results: list[Result] = []
        thumbnails = Thumbnails(self._recognizer.classes)
        total, ended = len(entries), ""
        began = told = time.monotonic()
        yield progress(0, total, 0)
        with closing(in_background(pictures(self._recognizer, entries))) as found:
            try:
                for result, pixels in found:
                    if self._stops.wanted(request):
                        ended = text.FOLDER_STOPPED
                        break
                    thumbnails.offer(len(results), result, pixels)
                    results.append(result)
                    if time.monotonic() - told > SECONDS_BETWEEN_NEWS:
                        told = time.monotonic()
                        yield progress(len(results), total, told - began)
            except gr.Error as error:
                ended = error.message
        if ended:
            ended += " " + text.FOLDER_DONE.format(
                number=text.number(len(results)), total=text.number(total)
            )
        yield overview(results, thumbnails.addresses, self._recognizer, left_aside, ended)

    def predict_images(
        self, files: list[Path], threshold: float | None = None
    ) -> Iterator[dict[str, Any] | None]:
        """Find the faces of many pictures and the emotion of each.

        Takes a zip archive of pictures, a picture, or a list of them. `threshold`, 0 to 1, is the
        probability from which on a face gets a label; without it that of the model counts. Returns
        a JSON object: the "model" and its "threshold"; "pictures", in natural order, each with its
        name as "source", its "width", "height" and "faces" as of predict_image, and the "error" why
        it could not be read, null where it could; "figures", which are null unless folders of an
        archive are named after classes: "accuracy", "macro_f1" and the "confusion" matrix of the
        largest faces; and "left_aside", how many files are not named like pictures.
        """
        try:
            with open_pictures(files, MAX_FILES) as (entries, left_aside):
                results = []
                told = time.monotonic()
                for result, _ in in_background(pictures(self._recognizer, entries, threshold)):
                    results.append(result)
                    if time.monotonic() - told > SECONDS_BETWEEN_NEWS:
                        told = time.monotonic()
                        yield None  # the work ends here where the caller has left
        except FolderError as error:
            raise text.alert(text.error(error)) from error
        found = figures(results, self._recognizer.classes)
        yield {
            **describe_model(self._recognizer, threshold),
            "pictures": [describe_picture(result) for result in results],
            "figures": describe_figures(found) if found.faces else None,
            "left_aside": left_aside,
        }
