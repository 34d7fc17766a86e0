"""Every sentence and word of the page, in one place."""

TITLE = "FER System"
TAGLINE = "Which emotion does a face show? A small neural network takes a guess."

PICTURE_TAB = "Picture"
PICTURE_INPUT = "Your picture"
PICTURE_PLACEHOLDER = "Drop a picture here, paste it or click to choose one"
PICTURE_OUTPUT = "Faces found"
PICTURE_OUTPUT_ALT = "Your picture with a box, an emoji and the emotion's name at every face"
EXAMPLES = "No picture at hand? Try one of these drawings"

WEBCAM_TAB = "Webcam"
WEBCAM = {
    "hint": "Start the camera: every face gets its emotion. The pictures are not stored.",
    "asking": "Allow the camera in the browser's question.",
    "insecure": "Browsers give the camera to secure pages alone: open this page on localhost or by "
    "HTTPS, or start the program with --share.",
    "denied": "The camera was refused: allow it in the browser's address bar and start it again.",
    "missing": "No camera was found: connect one and start it again.",
    "busy": "Another program holds the camera: close it and start the camera again.",
    "failed": "The camera cannot be started: choose another, or reload the page.",
    "unplugged": "The camera is gone: connect it again, and it goes on.",
    "paused": "Paused. Nothing is sent.",
    "noFace": "No face found. Look towards the camera, with light on your face.",
    "gone": "The server does not answer; trying again.",
    "full": "Too many people use this page at the moment; trying again.",
    "login": "The login has ended: reload the page and log in again.",
    "start": "Start the camera",
    "stop": "Stop",
    "pause": "Pause",
    "resume": "Go on",
    "mirror": "Mirror",
    "bars": "Bars",
    "sensitivity": "Sensitivity",
    "camera": "Camera",
    "speed": "{rate} answers a second, {latency} ms",
    "timeline": "The last minute of the largest face",
    "snapshot": "Save picture",
    "csv": "Save CSV",
    "uncertain": "uncertain",
}

LIVE_NO_SESSION = "The session is missing: give 8 to 64 characters of your own choice as `session`."
LIVE_NUMBERS = (
    "`time` must be a number of seconds from 0 on, `threshold`, if given, one from 0 to 1."
)
LIVE_FULL = "Too many cameras are in use at the moment; try again in a few seconds."
LIVE_TOO_FAST = "Wait for the answer to the last picture before sending another one."
LIVE_TOO_LARGE = "The picture has more than 1 MB; make it smaller."
LIVE_FOREIGN = "Another site's page may not use this one."
LIVE_LOGIN = "Log in first."

NOTHING_YET = "Choose a picture, and every face in it appears here with its emotions."
NO_FACE = "No face found. Try a picture with a face that looks towards the camera."
WHOLE_PICTURE = "No face stood out, so the whole picture was taken as one cropped face."

CARD_OF_ONE = "{emotion}, {percent}"
CARD_OF_MANY = "Face {number} of {total}: {emotion}, {percent}"

FOOTER_MODEL = "Model"
FOOTER_ACCURACY = "Test accuracy"
FOOTER_COMMIT = "Git commit"
FOOTER_DATA = "Data hash"
FOOTER_DETECTOR = "Face detector"
FOOTER_UNKNOWN = "unknown"
FOOTER_CAUTION = (
    "The page names the expression that a face shows, not what a person feels, and is often wrong. "
    "Use pictures of people who agree to it. Uploaded pictures lie in a temporary folder of the "
    "computer that runs this page and are deleted after about an hour; webcam pictures are not "
    "stored."
)

EMOTIONS = {
    "angry": "Angry",
    "disgust": "Disgust",
    "fear": "Fear",
    "happy": "Happy",
    "sad": "Sad",
    "surprise": "Surprise",
    "neutral": "Neutral",
    "contempt": "Contempt",
}


def emotion(name: str) -> str:
    """The word shown for the class `name`; a class unknown here is shown by its own name."""
    return EMOTIONS.get(name, name.replace("_", " ").capitalize())


def face_count(count: int) -> str:
    """How many faces were found, as a sentence."""
    return "One face found." if count == 1 else f"{count} faces found."


def percent(share: float) -> str:
    """A share between 0 and 1 as whole percent, never rounded to a certainty it doesn't have."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")
