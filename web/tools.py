"""The API's functions as tools of chat assistants, by the Model Context Protocol (MCP)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gradio_client.utils import is_file_obj_with_meta

if TYPE_CHECKING:
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
