"""Tab *Folder*, and the API endpoint `/predict_images`: many pictures in, their faces out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData, GradioRootModel

from fer_system.errors import FolderError
from fer_system.folder import MAX_FILES, open_pictures, recognize
from fer_system.recognizer import Recognizer
from fer_system.records import csv_name, describe_figures, describe_model, describe_picture
from fer_system.results import figures
from web import text
from web.html import component, note
from web.overview import SHOWN_THUMBNAILS, overview, progress, thumbnail

RUNS_AT_ONCE = 2  # of all visitors; the others wait


class Files(GradioRootModel):
    """Several files, or one."""

    root: list[FileData] | FileData


def file_paths(payload: Files | None) -> list[Path]:
    """Where the files lie that Gradio received.

    Takes the place of `gr.File.preprocess`, which leaves an empty file behind for each.
    """
    if payload is None:
        return []
    files = payload.root if isinstance(payload.root, list) else [payload.root]
    return [Path(file.path) for file in files]


def folder_tab(recognizer: Recognizer) -> None:
    """Lay out the tab and bind its events; call inside `gr.Blocks`."""
    classes = recognizer.classes

    def hint() -> str:
        names = ", ".join(classes)  # as folders must be named, in any language
        return note(text.FOLDER_HINT.format(files=text.number(MAX_FILES), classes=names))

    stopped: set[str | None] = set()  # visitors whose run is to end

    def stop_run(request: gr.Request) -> None:
        # Gradio's own cancelling loses now and then against the progress that is on its way.
        stopped.add(request.session_hash)

    def show(paths: list[Path], request: gr.Request) -> Iterator[str]:
        stopped.discard(request.session_hash)
        if not paths:
            yield hint()
            return
        results, thumbnails = [], []
        try:
            with open_pictures(paths, MAX_FILES) as entries:
                total = len(entries)
                yield progress(0, total)
                for number, entry in enumerate(entries, start=1):
                    if request.session_hash in stopped:
                        yield note(text.FOLDER_STOPPED)
                        return
                    result, pixels = recognize(recognizer, entry)
                    results.append(result)
                    if pixels is not None and len(thumbnails) < SHOWN_THUMBNAILS:
                        thumbnails.append((result, thumbnail(pixels)))
                    if 100 * number // total > 100 * (number - 1) // total:
                        yield progress(number, total)
        except FolderError as error:
            yield note(text.error(error))
            raise text.alert(text.error(error)) from error
        name = csv_name("faces", describe_model(recognizer))
        yield overview(results, thumbnails, classes, name)

    def predict_images(files: list[Path]) -> dict[str, Any]:
        """Find the faces of many pictures and the emotion of each.

        Takes a zip archive of pictures, a picture, or a list of them. Returns a JSON object: the
        "model" and its "threshold"; "pictures", in natural order, each with its name as "source",
        its "width", "height" and "faces" as of predict_image, and the "error" why it could not be
        read, null where it could; and "figures", which are null unless folders of an archive are
        named after classes: "accuracy", "macro_f1" and the "confusion" matrix of the largest faces.
        """
        try:
            with open_pictures(files, MAX_FILES) as entries:
                results = [recognize(recognizer, entry)[0] for entry in entries]
        except FolderError as error:
            raise text.alert(text.error(error)) from error
        found = figures(results, classes)
        return {
            **describe_model(recognizer),
            "pictures": [describe_picture(result) for result in results],
            "figures": describe_figures(found) if found.faces else None,
        }

    with gr.Tab(text.label("FOLDER_TAB")):
        files = gr.File(
            label=text.label("FOLDER_INPUT"),
            file_count="multiple",
            height=180,
            elem_id="folder-input",
        )
        files.data_model = Files
        files.preprocess = file_paths
        # MCP clients can give one file alone: Gradio 6.31 describes lists of files wrongly to them.
        files.api_info = gr.File(render=False).api_info
        stop = gr.Button(text.label("FOLDER_STOP"), size="sm", elem_id="folder-stop")
        shown = component(hint, elem_id="folder-results")
        found = gr.JSON(label="pictures", visible=False)  # for the API alone

    files.change(
        show,
        files,
        shown,
        api_visibility="private",
        show_progress="hidden",
        concurrency_limit=RUNS_AT_ONCE,
    )
    gr.on([stop.click, files.clear], stop_run, api_visibility="private", queue=False)
    gr.on(
        [],
        predict_images,
        files,
        found,
        api_name="predict_images",
        concurrency_limit=RUNS_AT_ONCE,
    )
