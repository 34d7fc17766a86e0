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
WEBCAM_INPUT = "Camera"
WEBCAM_OUTPUT_ALT = "The camera's picture with a box, an emoji and the emotion's name at every face"
WEBCAM_HINT = "Allow the camera, then press Record: the recognised faces appear here."

NOTHING_YET = "Choose a picture, and every face in it appears here with its emotions."
NO_FACE = "No face found. Try a picture with a face that looks towards the camera."
NO_FACE_LIVE = "No face found. Look towards the camera, with light on your face."
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
