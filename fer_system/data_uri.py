"""Files inside a page: `data:` addresses, so that nothing is written and nothing is fetched."""

import base64


def data_uri(content: bytes, media_type: str) -> str:
    """A file's content as a `data:` address, for instance of the media type "image/png"."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
