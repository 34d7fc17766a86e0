"""What the API says of its endpoints: each argument and each result, with an example.

Gradio shows it at /?view=api, in /gradio_api/info, in /gradio_api/openapi.json, by
`gradio_client.Client.view_api` and, with --mcp, to chat assistants. By itself it would tell them
what the page's components are called, which depends on the visitor's language.
"""

from typing import Any, NamedTuple

import gradio as gr

Information = dict[str, Any]
"""What Gradio knows of one argument or result."""


def file_named(name: str) -> Information:
    """An example of a file, as callers give it."""
    meta = {"_type": "gradio.FileData"}
    return {"path": name, "url": name, "orig_name": name, "meta": meta}


class Value(NamedTuple):
    """An argument or a result: its name, what it is, and, of an argument, an example."""

    name: str
    description: str
    example: Any = None

    def told(self, how: str) -> str:
        """What it is, and, of a file, `how` it is given."""
        return self.description + (how if isinstance(self.example, dict) else "")


UPLOADED = (
    " As JSON: the path that POST /gradio_api/upload answered, or the address of a file on the web."
)
ADDRESSED = " Its http or https address, or a data: address that holds it."
"""How a file is given, to the API and to a chat assistant's tool."""
THRESHOLD = Value(
    "threshold",
    "The probability, 0 to 1, from which on a face gets a label; null for the model's own.",
    0.6,
)
ARGUMENTS = {
    "predict_image": (
        Value(
            "picture",
            "A picture with faces: JPEG, PNG, WebP, GIF, BMP, TIFF, PPM or AVIF, up to 32 MB and "
            "64 megapixels.",
            file_named("picture.jpg"),
        ),
        THRESHOLD,
        Value(
            "detail",
            "How thoroughly the picture is searched for small faces: fast, normal or high.",
            "normal",
        ),
    ),
    "predict_images": (
        Value(
            "files",
            "A zip archive of pictures, a picture, or a list of them; up to 200 MB each and 10,000 "
            "pictures.",
            file_named("pictures.zip"),
        ),
        THRESHOLD,
    ),
    "predict_video": (
        Value(
            "video",
            "A video of any usual kind, up to 200 MB and 10 minutes.",
            file_named("video.mp4"),
        ),
        THRESHOLD,
    ),
}
"""The arguments of each endpoint, in their order."""

RESULTS = {
    "predict_image": (
        Value("marked", "The picture with its faces marked: a JPEG file."),
        Value(
            "found",
            "An object: model, threshold, source, width, height, turned, error, and faces, the "
            "largest first, each with source, time, face, left, top, width, height, label, "
            "confidence, uncertain, score, quality and probabilities.",
        ),
    ),
    "predict_images": (
        Value(
            "album",
            "An object: model, threshold, pictures, each as the second result of predict_image, "
            "figures, where folders are named after emotions, else null, and left_aside, how many "
            "files are no pictures.",
        ),
    ),
    "predict_video": (
        Value("marked", "The video with its faces marked: an MP4 file of H.264."),
        Value(
            "summary",
            "An object: model, threshold, width, height, frames, seconds, duration, sound, "
            "faces, the longest seen first, each with face, first, last, seconds and its labels' "
            "shares of that time, and faces_left_out, how many more there were.",
        ),
        Value("table", "Every face of every frame: a CSV file."),
    ),
}
"""The results of each endpoint, in their order."""


def describe_api(app: gr.Blocks) -> None:
    """Have a page's description of its API say what ARGUMENTS and RESULTS do."""
    of_gradio = app.get_api_info

    def described(all_endpoints: bool = False, page: str | None = None) -> Any:  # noqa: ANN401
        information: Any = of_gradio(all_endpoints, page)
        for path, endpoint in information["named_endpoints"].items():
            name = path.lstrip("/")
            arguments = {value.name: value for value in ARGUMENTS.get(name, ())}
            for argument in endpoint["parameters"]:
                if value := arguments.get(argument["parameter_name"]):
                    _describe(argument, value)
            for result, value in zip(endpoint["returns"], RESULTS.get(name, ()), strict=False):
                _describe(result, value)
        return information

    app.get_api_info = described  # type: ignore[method-assign]


def _describe(known: Information, value: Value) -> None:
    known["label"] = value.name
    description = value.told(UPLOADED)
    known["python_type"] = known["python_type"] | {"description": description}
    known["type"] = known["type"] | {"description": description}
    known["type"].pop("additional_description", None)
    if value.example is not None:
        known["example_input"] = value.example
