"""Tab *Picture*, and the API endpoint `/predict_image`: a picture in, its faces out."""

import base64
import binascii
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import ImageData
from gradio.utils import get_upload_folder, is_in_or_equal
from PIL import Image

from fer_system.data_uri import data_uri
from fer_system.drawing import annotate
from fer_system.picture import PictureError, alone_if_large, load_picture
from fer_system.recognizer import Face, Recognizer
from fer_system.records import (
    csv_header,
    csv_name,
    csv_rows,
    csv_text,
    describe_model,
    describe_picture,
)
from fer_system.results import Result
from web import metrics, text
from web.cards import face_cards
from web.html import component, note, render

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Pictures of all visitors, of the page and of the API; the webcam needs the other cores."""
MAX_MEGABYTES = 32  # the page takes larger files, for videos

EXAMPLES = Path(__file__).parent / "examples"
OPEN_CARDS = Path(__file__).with_name("picture.js")

# On a phone the result lies below the window.
SHOW_RESULT = """() => {
    const result = document.querySelector("#picture-output:has(img)");
    if (innerWidth <= 640 && result) result.scrollIntoView({behavior: "smooth"});
}"""


def file_content(payload: ImageData | None) -> bytes | None:
    """The bytes of the file that Gradio received, undecoded; nothing where there is no file.

    Takes the place of `gr.Image.preprocess`, which turns 16-bit pictures white, GIFs into palette
    indices, and lets truncated files and SVG through. `load_picture` decodes instead.
    """
    if payload is None:
        return None
    if payload.url and payload.url.startswith("data:"):
        try:
            return base64.b64decode(payload.url.partition(",")[2], validate=True)
        except binascii.Error:
            return b""
    if not payload.path:
        return b""
    path = Path(payload.path)
    if not is_in_or_equal(path, get_upload_folder()):  # Gradio itself trusts what is not marked
        raise text.alert(text.PICTURE_FOREIGN)
    if path.stat().st_size > MAX_MEGABYTES * 1_000_000:
        sentence = text.PICTURE_TOO_LARGE.format(limit=MAX_MEGABYTES)
        raise text.alert(sentence)
    return path.read_bytes()


def count(faces: Sequence[Face]) -> str:
    """How many faces were found, as a sentence."""
    if not faces:
        return text.NO_FACE
    return text.WHOLE_PICTURE if faces[0].whole_picture else text.face_count(len(faces))


def result_of(faces: Sequence[Face], picture: np.ndarray) -> Result:
    """The faces of a picture whose name is not known."""
    height, width = picture.shape[:2]
    return Result("picture", (width, height), tuple(faces))


def downloads(result: Result, recognizer: Recognizer, threshold: float | None = None) -> str:
    """Links to the faces as files, which are in the links themselves: nothing is stored."""
    head, classes = describe_model(recognizer, threshold), recognizer.classes
    document = json.dumps(head | describe_picture(result), indent=2, ensure_ascii=False) + "\n"
    table = csv_text([csv_header(classes), *csv_rows(result, classes)])
    files = [
        (text.DOWNLOAD_JSON, "faces.json", data_uri(document.encode(), "application/json")),
        (text.DOWNLOAD_CSV, csv_name("faces", head), data_uri(table.encode(), "text/csv")),
    ]
    return render("downloads.html", files=files)


class PictureTab:
    """The tab with its events, for one recogniser; make it inside `gr.Blocks`."""

    def __init__(self, recognizer: Recognizer, threshold: gr.HTML) -> None:
        self._recognizer, self._threshold = recognizer, threshold
        with gr.Tab(text.label("PICTURE_TAB")), gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=320):
                self._lay_out_input()
            with gr.Column(scale=5, min_width=320):
                self._lay_out_result()
        self._bind()

    def _lay_out_input(self) -> None:
        self._picture = gr.Image(
            label=text.label("PICTURE_INPUT"),
            placeholder=text.label("PICTURE_PLACEHOLDER"),
            sources=["upload", "clipboard", "webcam"],
            buttons=["fullscreen"],
            format="png",
            elem_id="picture-input",
        )
        # Lost where an event returns gr.update() for the component, as gr.Examples does.
        self._picture.preprocess = file_content  # type: ignore[method-assign,assignment]
        self._examples = gr.Dataset(
            components=["image"],
            samples=[[str(path)] for path in sorted(EXAMPLES.glob("*.webp"))],
            label=text.label("EXAMPLES"),
            elem_id="picture-examples",
        )

    def _lay_out_result(self) -> None:
        self._annotated = gr.Image(
            label=text.label("PICTURE_OUTPUT"),
            alt_text=text.label("PICTURE_OUTPUT_ALT"),
            format="jpeg",
            interactive=False,
            buttons=["download", "fullscreen"],
            elem_id="picture-output",
        )
        self._faces = component(
            lambda: note(text.NOTHING_YET),
            elem_id="picture-faces",
            js_on_load=OPEN_CARDS.read_text(encoding="utf-8"),
        )
        self._found = gr.JSON(label="faces", visible=False)  # for the API alone

    def _bind(self) -> None:
        self._examples.click(
            lambda sample: load_picture(sample[0]),
            self._examples,
            self._picture,
            api_visibility="private",
            show_progress="hidden",
        )
        gr.on(
            [self._picture.change, self._threshold.change],
            self._show,
            [self._picture, self._threshold],
            [self._annotated, self._faces],
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=AT_ONCE,
            concurrency_id="picture",
        ).success(None, js=SHOW_RESULT)
        gr.on(
            [],
            self.predict_image,
            [self._picture, self._threshold],
            [self._annotated, self._found],
            api_name="predict_image",
            concurrency_limit=AT_ONCE,
            concurrency_id="picture",
        )

    def _show(
        self, picture: bytes | None, threshold: float | None
    ) -> Iterator[tuple[str | None, str]]:
        """The picture with the faces marked, and their cards."""
        try:
            yield self._result(picture, threshold)
        except PictureError as error:
            # An error alone would leave the former picture's faces beside this one.
            yield None, note(text.error(error))
            raise text.alert(text.error(error)) from error

    def _result(self, picture: bytes | None, threshold: float | None) -> tuple[str | None, str]:
        if picture is None:
            return None, note(text.NOTHING_YET)
        with metrics.answering("picture"), alone_if_large(picture):
            pixels = load_picture(picture)
            faces = self._recognizer(pixels, threshold=threshold, quality=True, maps=True)
            metrics.count("picture", 1, len(faces))
            cards = note(count(faces)) + face_cards(faces, pixels)
            if faces:
                cards += downloads(result_of(faces, pixels), self._recognizer, threshold)
            return self._marked(pixels, faces), cards

    def _marked(self, pixels: np.ndarray, faces: Sequence[Face]) -> str:
        """The path of the picture with the faces marked, in Gradio's cache.

        Gradio would take an array and write it too, but after the next picture has begun.
        """
        path = Path(mkdtemp(prefix="picture-", dir=self._annotated.GRADIO_CACHE), "faces.jpg")
        Image.fromarray(annotate(pixels, faces)).save(path, quality=90)
        return str(path)

    def predict_image(
        self, picture: bytes | None, threshold: float | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Find the faces of a picture and the emotion of each.

        `threshold`, 0 to 1, is the probability from which on a face gets a label; without it that
        of the model counts.
        Returns the picture with the faces marked, and a JSON object: the "model" and its
        "threshold", the picture's "width" and "height" in pixels, and "faces", the largest first.
        Each has its box, "left", "top", "width" and "height" in pixels, the most probable class as
        "label", that one's probability as "confidence", the "probabilities" of all classes, and the
        face detector's "score", or null where the whole picture was taken as one face. Where the
        "confidence" is below the "threshold", the face is "uncertain": its label is not worth
        showing. "quality" names what makes it hard to read: "small", "dark", "blurred", "turned".
        """
        try:
            with metrics.answering("picture"), alone_if_large(picture or b""):
                pixels = load_picture(picture or b"")
                faces = self._recognizer(pixels, threshold=threshold, quality=True)
                metrics.count("picture", 1, len(faces))
                marked = self._marked(pixels, faces)
        except PictureError as error:
            raise text.alert(text.error(error)) from error
        found = describe_picture(result_of(faces, pixels))
        return marked, describe_model(self._recognizer, threshold) | found
