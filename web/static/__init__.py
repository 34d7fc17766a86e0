"""The webcam tab as a folder for any web server: it recognises on the visitor's own device.

There is no program behind it, so no picture can go anywhere. After the first visit it works without
the internet, and a telephone can install it.
"""

import hashlib
import json
import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from fer_system.card import STYLE, emoji_styles, environment, model_card
from fer_system.places import emoji_path
from fer_system.recognizer import Recognizer
from web import text, threshold
from web.webcam.device import device_files, index
from web.webcam.tab import TEMPLATE, WEBCAM_STYLE, properties

HERE = Path(__file__).parent
MARKER = "webcam/device.json"
"""A folder with this file is an earlier one, and may be replaced."""
ICON_SIDES = 192, 512
"""In pixels, as telephones ask for them."""


def write_static(recognizer: Recognizer, folder: Path) -> None:
    """Write the folder, or replace an earlier one; it is whole or as it was.

    Raises OSError where that cannot be, FileExistsError for a folder with something else in it, and
    DetectorError where YuNet is not in use.
    """
    is_earlier = (folder / MARKER).is_file()
    is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not (is_earlier or is_free):
        raise FileExistsError(f"{folder} holds something else; name another folder")
    files = static_files(recognizer)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as beside:
        made = Path(beside) / "new"
        for name, content in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if folder.exists():
            folder.rename(Path(beside) / "earlier")
        shutil.move(made, folder)


def static_files(recognizer: Recognizer) -> dict[str, bytes]:
    """What each file holds, by its path in the folder."""
    models = device_files(recognizer)
    files = {
        "style.css": _style(recognizer),
        **{name: (HERE / name).read_bytes() for name in ("start.js", "NOTICE.txt")},
        "properties.json": _json(
            properties(recognizer, on_device=True)
            | threshold.properties(recognizer, on_device=True)
        ),
        "manifest.webmanifest": _json(_manifest()),
        MARKER: _json(index(models)),
    }
    files |= {f"words/{language}.json": _words(recognizer, language) for language in text.TEXTS}
    files |= {f"webcam/{path.name}": path.read_bytes() for path in TEMPLATE.parent.glob("*.js")}
    files |= {f"webcam/{model.address}": model.content for model in models}
    files |= {f"icon-{side}.png": _icon(side) for side in ICON_SIDES}
    page = environment(HERE).get_template("index.html")
    with text.speaking("en"):
        webcam = TEMPLATE.read_text(encoding="utf-8")
        control = threshold.TEMPLATE.read_text(encoding="utf-8")
        files["index.html"] = page.render(
            webcam=webcam, threshold=control, text=text, icon=ICON_SIDES[0]
        ).encode()
    return files | {"offline.js": _offline(files)}


def _style(recognizer: Recognizer) -> bytes:
    emoji = emoji_styles(recognizer.classes).removeprefix("<style>").removesuffix("</style>")
    sheets = (HERE / "page.css", STYLE, WEBCAM_STYLE, threshold.THRESHOLD_STYLE)
    return "\n".join([*(sheet.read_text(encoding="utf-8") for sheet in sheets), emoji]).encode()


def _words(recognizer: Recognizer, language: str) -> bytes:
    """What the page says besides the tab, as HTML."""
    with text.speaking(language):
        return _json(
            {
                "title": text.TITLE,
                "tagline": text.TAGLINE,
                "caution": text.FOOTER_ON_DEVICE,
                "card": model_card(recognizer.card, text.words()),
            }
        )


def _manifest() -> dict[str, object]:
    """The page as something to install, after https://www.w3.org/TR/appmanifest/."""
    return {
        "name": text.WORDS["en"].TITLE,
        "short_name": "FER",
        "start_url": ".",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#4f46e5",
        "icons": [
            {"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png"}
            for side in ICON_SIDES
        ],
    }


def _icon(side: int) -> bytes:
    file = BytesIO()
    with Image.open(emoji_path("happy")) as emoji:
        emoji.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


def _offline(files: dict[str, bytes]) -> bytes:
    """The service worker, which keeps all files; another content of one makes it another worker."""
    whole = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()[:16]
    code = (HERE / "offline.js").read_text(encoding="utf-8")
    names = json.dumps([name for name in sorted(files) if name != "index.html"])
    return f'const VERSION = "fer-{whole}";\nconst FILES = {names};\n\n{code}'.encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
