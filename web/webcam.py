"""Tab *Webcam*: the camera's picture goes to the server, the recognised faces come back."""

from html import escape

import gradio as gr

from recognition.drawing import annotate
from recognition.picture import PictureError, load_picture
from recognition.recognizer import Recognizer
from web import cards, text
from web.picture import file_content

SECONDS_BETWEEN_PICTURES = 0.1
VISITORS = 4  # at once; each stream holds a worker
SECONDS_A_TURN = 120  # then a waiting visitor comes first; the camera goes on by itself


def webcam_tab(recognizer: Recognizer) -> None:
    """Lay out the tab and bind its events; call inside `gr.Blocks`."""

    def show(picture: bytes | None) -> object:
        # Gradio sends nothing, or a cut picture, when the camera starts or stops.
        if picture is None:
            return gr.skip()
        try:
            pixels = load_picture(picture)
        except PictureError:
            return gr.skip()
        faces = recognizer(pixels)
        found = cards.face_cards(faces) if faces else cards.note(text.NO_FACE_LIVE)
        marked = annotate(pixels, faces)
        height, width = marked.shape[:2]
        return (
            f'<img class="fer-live" src="{cards.picture_uri(marked)}" width="{width}"'
            f' height="{height}" alt="{escape(text.WEBCAM_OUTPUT_ALT)}" decoding="sync">{found}'
        )

    with gr.Tab(text.WEBCAM_TAB), gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            camera = gr.Image(
                label=text.WEBCAM_INPUT,
                sources=["webcam"],
                streaming=True,
                webcam_options=gr.WebcamOptions(
                    mirror=True, constraints={"video": {"width": 640, "height": 480}}
                ),
                elem_id="webcam-input",
            )
            camera.preprocess = file_content
        with gr.Column(min_width=320):
            faces = cards.html(cards.note(text.WEBCAM_HINT), elem_id="webcam-faces")

    camera.stream(
        show,
        camera,
        faces,
        api_visibility="private",
        show_progress="hidden",
        stream_every=SECONDS_BETWEEN_PICTURES,
        time_limit=SECONDS_A_TURN,
        concurrency_limit=VISITORS,
    )
