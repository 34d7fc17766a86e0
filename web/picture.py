"""Tab *Picture*, and the API endpoint `/predict_image`: a picture in, its faces out."""

import base64
import binascii
import json
import os
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import ImageData
from PIL import Image

from fer_system.data_uri import data_uri
from fer_system.drawing import annotate
from fer_system.errors import RecognitionError
from fer_system.folder import MAX_NAME, Entry
from fer_system.picture import PictureError, alone_if_large, load_picture, printable
from fer_system.recognizer import Face, Recognizer
from fer_system.records import (
    csv_header,
    csv_name,
    csv_rows,
    csv_text,
    dated_stem,
    describe_model,
    describe_picture,
)
from fer_system.results import Result
from fer_system.search import DETAIL, LONGEST_SEEN, Detail, check_detail
from web import metrics, text
from web.cards import face_cards
from web.guard.addresses import shown
from web.html import component, note, render

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Pictures of all visitors, of the page and of the API; the webcam needs the other cores."""
MAX_MEGABYTES = 32  # the page takes larger files, for videos
UNNAMED = "picture"
"""The source of a picture that came without a file's name."""

EXAMPLES = Path(__file__).parent / "examples"
SCRIPT = Path(__file__).with_name("picture.js")

# What the browser does by itself, at once. Outputs are the marked picture and the cards.
CLEAR = "() => [null, '']"
CLEAR_FOR_ANOTHER = "(picture) => picture ? [null, ''] : Array(2).fill({ __type__: 'update' })"
# On a phone the page's title would push the answer out of the window.
SHOW_RESULT = """() => {
    if (innerWidth > 640) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.querySelector("#picture").scrollIntoView({ behavior: calm ? "instant" : "smooth" });
}"""


def uploaded(payload: ImageData | None) -> Entry | None:
    """The file that Gradio received, unread; nothing where there is no file.

    Takes the place of `gr.Image.preprocess`, which turns 16-bit pictures white, GIFs into palette
    indices, and lets truncated files and SVG through. `load_picture` decodes instead. That the file
    was uploaded, web/guard/addresses.py has made sure.
    """
    if payload is None:
        return None
    kind, comma, content = (payload.url or "").partition(",")
    if comma and kind.endswith(";base64"):
        return Entry(UNNAMED, partial(decoded, content))
    if not payload.path:
        return Entry(UNNAMED, bytes)
    path = Path(payload.path)
    name = printable(payload.orig_name or "").rpartition("/")[2][:MAX_NAME]
    return Entry(name or UNNAMED, partial(file_content, path))


def decoded(content: str) -> bytes:
    """The bytes of a file in a `data:` address; none where it is damaged."""
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        return b""


def file_content(path: Path) -> bytes:
    """All of an uploaded file; PictureError where it is too long."""
    if path.stat().st_size > MAX_MEGABYTES * 1_000_000:
        raise PictureError(
            "The file is longer than the {limit} MB allowed; make it smaller.", limit=MAX_MEGABYTES
        )
    return path.read_bytes()


def asked_detail(payload: object) -> Detail | None:
    """The detail that a caller of the API sent; gr.Error where there is no such."""
    try:
        return None if payload is None else check_detail(shown(payload))
    except RecognitionError as error:
        raise text.alert(text.error(error)) from error


def heading(faces: tuple[Face, ...]) -> str:
    """How many faces were found, and what had to be done to the picture, in a sentence or two."""
    if not faces:
        return text.NO_FACE
    if faces[0].whole_picture:
        return text.WHOLE_PICTURE
    found = text.face_count(len(faces))
    if turned := faces[0].turned:
        return f"{found} {text.PICTURE_TURNED.format(degrees=turned)}"
    return found


def marked_name(result: Result) -> str:
    """What a picture with its faces marked is called."""
    return f"{dated_stem(result.name, date.today())}-faces.jpg"


def refusal(error: PictureError, file: Entry) -> str:
    """Why a file can't be read, in the language of the moment and with the file's name."""
    return text.error(PictureError(error.template, **{**error.values, "name": file.name}))


def downloads(result: Result, recognizer: Recognizer, threshold: float | None = None) -> str:
    """Links to the faces as files, which are in the links themselves: nothing is stored."""
    head, classes = describe_model(recognizer, threshold), recognizer.classes
    document = json.dumps(head | describe_picture(result), indent=2, ensure_ascii=False) + "\n"
    table = csv_text([csv_header(classes), *csv_rows(result, classes)])
    stem = dated_stem(result.name, date.today())
    files = [
        (text.DOWNLOAD_PICTURE, marked_name(result), "#"),  # whose address picture.js knows
        (text.DOWNLOAD_JSON, f"{stem}-faces.json", data_uri(document.encode(), "application/json")),
        (text.DOWNLOAD_CSV, csv_name(stem, head), data_uri(table.encode(), "text/csv")),
    ]
    return render("downloads.html", files=files)


class PictureTab:
    """The tab with its events, for one recogniser; make it inside `gr.Blocks`."""

    def __init__(self, recognizer: Recognizer, threshold: gr.HTML) -> None:
        self._recognizer, self._threshold = recognizer, threshold
        with (
            gr.Tab(text.label("PICTURE_TAB"), id="picture", elem_id="tab-picture"),
            gr.Row(equal_height=False, elem_id="picture"),
        ):
            with gr.Column(scale=5, min_width=320, elem_id="picture-stage"):
                self._lay_out_picture()
            with gr.Column(scale=4, min_width=320, elem_id="picture-answer"):
                self._lay_out_answer()
        self._bind()

    def _lay_out_picture(self) -> None:
        """The marked picture takes the place of the visitor's, of which a toolbar stays."""
        self._annotated = gr.Image(
            label=text.label("PICTURE_OUTPUT"),
            alt_text=text.label("PICTURE_OUTPUT_ALT"),
            format="jpeg",
            interactive=False,
            show_label=False,
            buttons=["fullscreen"],
            elem_id="picture-output",
        )
        self._picture = gr.Image(
            label=text.label("PICTURE_INPUT"),
            placeholder=text.label("PICTURE_PLACEHOLDER"),
            sources=["upload", "clipboard", "webcam"],
            buttons=["fullscreen"],
            format="png",
            elem_id="picture-input",
        )
        # Lost where an event returns gr.update() for the component, as gr.Examples does.
        self._picture.preprocess = uploaded  # type: ignore[method-assign,assignment]

    def _lay_out_answer(self) -> None:
        component(lambda: render("picture_states.html"), elem_id="picture-states")
        self._faces = component(
            "", elem_id="picture-faces", js_on_load=SCRIPT.read_text(encoding="utf-8")
        )
        self._examples = gr.Dataset(
            components=["image"],
            samples=[[str(path)] for path in sorted(EXAMPLES.glob("*.webp"))],
            label=text.label("EXAMPLES"),
            elem_id="picture-examples",
        )
        self._found = gr.JSON(label="faces", visible=False)  # for the API alone
        self._detail = gr.Dropdown(list(LONGEST_SEEN), value=DETAIL, label="detail", visible=False)
        self._detail.preprocess = asked_detail  # type: ignore[method-assign]

    def _bind(self) -> None:
        self._examples.click(
            self._example,
            self._examples,
            self._picture,
            api_visibility="private",
            show_progress="hidden",
        )
        answer = [self._annotated, self._faces]
        self._picture.clear(None, None, answer, js=CLEAR)
        self._picture.change(None, self._picture, answer, js=CLEAR_FOR_ANOTHER)
        work: dict[str, Any] = {
            "fn": self._show,
            "inputs": [self._picture, self._threshold],
            "outputs": answer,
            "api_visibility": "private",
            "show_progress": "hidden",
            "concurrency_limit": AT_ONCE,
            "concurrency_id": "picture",
        }
        shown = self._picture.change(**work)
        shown.success(None, js=SHOW_RESULT)
        shown.failure(None, None, self._picture, js="() => null")  # no picture, but a sentence
        self._threshold.change(**work)
        gr.on(
            [],
            self.predict_image,
            [self._picture, self._threshold, self._detail],
            [self._annotated, self._found],
            api_name="predict_image",
            concurrency_limit=AT_ONCE,
            concurrency_id="picture",
        )

    def _example(self, sample: list[str]) -> str:
        """A copy of an example's file in Gradio's cache, by its own name."""
        path = Path(sample[0])
        return self._kept(load_picture(path), path.name)

    def _kept(self, pixels: np.ndarray, name: str) -> str:
        """The path of a picture in Gradio's cache, under the name by which it would be saved.

        Gradio would take an array and write it too, but after the next picture has begun.
        """
        folder = Path(self._annotated.GRADIO_CACHE)
        folder.mkdir(parents=True, exist_ok=True)
        path = Path(mkdtemp(prefix="picture-", dir=folder), name)
        Image.fromarray(pixels).save(path, quality=90)
        return str(path)

    def _show(self, file: Entry | None, threshold: float | None) -> Iterator[tuple[Any, Any]]:
        """The picture with the faces marked, and their cards."""
        if file is None:
            yield gr.skip(), gr.skip()
            return
        try:
            yield self._answer(file, threshold)
        except PictureError as error:
            yield None, note(refusal(error, file))
            raise text.alert(refusal(error, file)) from error

    def _answer(self, file: Entry, threshold: float | None) -> tuple[str, str]:
        with metrics.answering("picture"), alone_if_large(content := file.read()):
            pixels = load_picture(content)
            result = self._recognized(file.name, pixels, threshold, maps=True)
            links = downloads(result, self._recognizer, threshold) if result.faces else ""
            cards = face_cards(result.faces, pixels)
            answer = render("answer.html", heading=heading(result.faces), links=links, cards=cards)
            return self._marked(result, pixels), answer

    def _recognized(
        self,
        name: str,
        pixels: np.ndarray,
        threshold: float | None,
        detail: Detail = DETAIL,
        maps: bool = False,
    ) -> Result:
        faces = self._recognizer(pixels, detail, threshold=threshold, quality=True, maps=maps)
        metrics.count("picture", 1, len(faces))
        height, width = pixels.shape[:2]
        return Result(name, (width, height), tuple(faces))

    def _marked(self, result: Result, pixels: np.ndarray) -> str:
        """The path of the picture with the faces marked in the visitor's words."""
        marked = annotate(pixels, result.faces, [text.face_label(face) for face in result.faces])
        return self._kept(marked, marked_name(result))

    def predict_image(
        self, picture: Entry | None, threshold: float | None = None, detail: Detail | None = DETAIL
    ) -> tuple[str, dict[str, Any]]:
        """Find the faces of a picture and the emotion of each.

        `threshold`, 0 to 1, is the probability from which on a face gets a label; without it that
        of the model counts. `detail`, "fast", "normal" or "high", is how thoroughly the picture is
        searched for small faces: in a copy of at most 640, 1280 or 2560 pixels; null is "normal".
        Returns the picture with the faces marked, and a JSON object: the "model" and its
        "threshold", the picture's "width" and "height" in pixels, by how many degrees clockwise it
        was "turned" to find faces, 0 as a rule, and "faces", the largest first, their places those
        in the picture as given.
        Each has its box, "left", "top", "width" and "height" in pixels, the most probable class as
        "label", that one's probability as "confidence", the "probabilities" of all classes, and the
        face detector's "score", or null where the whole picture was taken as one face. Where the
        "confidence" is below the "threshold", the face is "uncertain": its label is not worth
        showing. "quality" names what makes it hard to read: "small", "dark", "blurred", "turned".
        A face that looks aside, down or up is "uncertain" below a higher threshold.
        """
        file = picture or Entry(UNNAMED, bytes)
        try:
            with metrics.answering("picture"), alone_if_large(content := file.read()):
                pixels = load_picture(content)
                result = self._recognized(file.name, pixels, threshold, detail or DETAIL)
                marked = self._marked(result, pixels)
        except PictureError as error:
            raise text.alert(refusal(error, file)) from error
        return marked, describe_model(self._recognizer, threshold) | describe_picture(result)
