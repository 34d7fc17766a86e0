"""Tab *Folder*, and the API endpoint `/predict_images`: many pictures in, their faces out."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, GradioRootModel

from fer_system.errors import FolderError
from fer_system.folder import MAX_FILES, Entry, open_pictures, recognize
from fer_system.recognizer import Recognizer
from fer_system.records import csv_name, describe_figures, describe_model, describe_picture
from fer_system.results import Result, figures
from web import metrics, text
from web.background import in_background
from web.folder.overview import SHOWN_THUMBNAILS, overview, progress, thumbnail
from web.html import component, note
from web.stopping import Stops

RUNS_AT_ONCE = 2  # of all visitors; the others wait
SECONDS_BETWEEN_NEWS = 0.3
MOST_MINUTES, MOST_FACES = 10, 50_000
"""Of one run, for the others who wait, and for the memory that the answer takes."""


Recognized = tuple[Result, np.ndarray | None]
"""The faces of a picture, and its pixels where it could be read."""


class Files(GradioRootModel):
    """Several files, or one."""

    root: list[FileData] | FileData


def receive_paths(component: gr.File) -> None:
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
    recognizer: Recognizer, entries: Sequence[Entry], threshold: float | None
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
            self._files = gr.File(
                label=text.label("FOLDER_INPUT"),
                file_count="multiple",
                height=180,
                elem_id="folder-input",
            )
            receive_paths(self._files)
            self._stop = gr.Button(text.label("FOLDER_STOP"), size="sm", elem_id="folder-stop")
            self._shown = component(self._hint, elem_id="folder-results")
            self._found = gr.JSON(label="pictures", visible=False)  # for the API alone
        self._bind()

    def _bind(self) -> None:
        self._files.change(
            self._show,
            [self._files, self._threshold],
            self._shown,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=RUNS_AT_ONCE,
            concurrency_id="folder",
        )
        gr.on(
            [self._stop.click, self._files.clear],
            self._stops.want,
            api_visibility="private",
            queue=False,
        )
        gr.on(
            [],
            self.predict_images,
            [self._files, self._threshold],
            self._found,
            api_name="predict_images",
            concurrency_limit=RUNS_AT_ONCE,
            concurrency_id="folder",
        )

    def _hint(self) -> str:
        names = ", ".join(self._recognizer.classes)  # as folders must be named, in any language
        return note(text.FOLDER_HINT.format(files=text.number(MAX_FILES), classes=names))

    def _show(
        self, paths: list[Path], threshold: float | None, request: gr.Request
    ) -> Iterator[str]:
        """How far the pictures are, and then what was found in them."""
        self._stops.forget(request)
        if not paths:
            yield self._hint()
            return
        try:
            with open_pictures(paths, MAX_FILES) as (entries, left_aside):
                yield from self._work(entries, left_aside, threshold, request)
        except FolderError as error:
            yield note(text.error(error))
            raise text.alert(text.error(error)) from error
        except gr.Error as error:
            yield note(error.message)
            raise
        finally:
            self._stops.forget(request)

    def _work(
        self,
        entries: Sequence[Entry],
        left_aside: int,
        threshold: float | None,
        request: gr.Request,
    ) -> Iterator[str]:
        results: list[Result] = []
        thumbnails: list[tuple[Result, str]] = []
        total = len(entries)
        yield progress(0, total)
        found = in_background(pictures(self._recognizer, entries, threshold))
        for number, (result, pixels) in enumerate(found, start=1):
            if self._stops.wanted(request):
                yield note(text.FOLDER_STOPPED)
                return
            results.append(result)
            if pixels is not None and len(thumbnails) < SHOWN_THUMBNAILS:
                thumbnails.append((result, thumbnail(pixels)))
            if 100 * number // total > 100 * (number - 1) // total:
                yield progress(number, total)
        name = csv_name("faces", describe_model(self._recognizer, threshold))
        yield overview(results, thumbnails, self._recognizer.classes, name, left_aside)

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
