"""The API's functions as tools of chat assistants, by the Model Context Protocol (MCP)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gradio_client.utils import is_file_obj_with_meta

from web.api import ADDRESSED, ARGUMENTS

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction
    from gradio.mcp import GradioMCPServer


def answer_in_json(server: GradioMCPServer) -> None:
    """Make the tools answer pictures as pictures and objects as JSON.

    Gradio 6.31 writes objects, and several outputs together, down as Python does.
    """
    write_down = server.postprocess_output_data

    def in_json(outputs: list[Any], root_url: str) -> list[Any]:
        if isinstance(outputs[0], tuple):
            outputs = list(outputs[0])
        return write_down(
            [each if is_file_obj_with_meta(each) else json.dumps(each) for each in outputs],
            root_url,
        )

    server.postprocess_output_data = in_json  # type: ignore[method-assign,assignment]


def describe_arguments(server: GradioMCPServer) -> None:
    """Make the tools' arguments say what the API says of them; Gradio asks docstrings alone."""
    of_gradio = server.get_fn_description

    def described(block_fn: BlockFunction, tool_name: str) -> tuple[str, dict[str, str]]:
        description, arguments = of_gradio(block_fn, tool_name)
        known = ARGUMENTS.get(str(block_fn.api_name), ())
        return description, arguments | {value.name: value.told(ADDRESSED) for value in known}

    server.get_fn_description = described  # type: ignore[method-assign]
