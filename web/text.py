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

CARD_DETAILS = "Details: {face}"

UNCERTAIN = "Uncertain"
UNCERTAIN_GUESS = "perhaps {emotion}, {percent}"
UNCERTAIN_REASON = (
    "No emotion is named: where the most probable one has less than {threshold}, the network is "
    "wrong more often than right."
)
SEEN = "What the network sees of the face."
SEEN_ALT = "The face as the network sees it: a grey square"
HEAT = (
    "The brighter a place, the more it speaks for the emotion chosen among the bars. Where nothing "
    "does, the face stays grey."
)
HEAT_ALT = "The places that speak for {emotion}, drawn over the face"
HEAT_CHOICE = "Emotion whose places are shown on the face"
QUALITY = {
    "small": "The face is only {pixels} pixels wide; below {smallest} the network errs far more.",
    "dark": "The face is dark; more light on it helps.",
    "blurred": "The face is blurred; a sharper picture helps.",
    "turned": "The face is turned or tilted; the network knows faces that look straight ahead.",
}

DOWNLOADS = "Save all faces"
DOWNLOAD_JSON = "JSON"
DOWNLOAD_CSV = "CSV"

MODEL_TAB = "Model"
MODEL_INTRODUCTION = (
    "The network {model}, of {parameters} parameters, learned from {train} faces. The figures are "
    "those of {test} other faces, which chose nothing. Naming {emotion} every time would be right "
    "for {share} of them."
)
MODEL_BARE = "The network {model}; its file tells no more of it than this."

SCORES = "How good it is"
ACCURACY = "Accuracy"
ACCURACY_MEANS = "of the test faces are named right"
MACRO_F1 = "Macro-F1"
MACRO_F1_MEANS = "the mean over all emotions, rare ones weighing as much as frequent ones"
CHOSEN_BY = "Accuracy on validation"
CHOSEN_BY_MEANS = "on the faces by which the model and its settings were chosen"
INTERVAL = "95 % interval {low} to {high}"

RATES = "Emotion by emotion"
RATES_MEAN = (
    "Recall: how many of an emotion's faces are recognised. Precision: how many of the faces it "
    "gives that name deserve it. F1: the harmonic mean of both."
)
RATES_HEADER = ("Emotion", "Recall", "Precision", "F1")

ERRORS = "What it gets wrong"
FAILURE = "{emotion}: {recall} are recognised, {share} are taken for {other}."
CONFUSION = "Of 100 test faces that show the emotion of a row, so many are named as each column."
CONFUSION_CELL = "{count} of {faces} faces"

TRUST = "How far to trust its percentages"
TRUST_SUMMARY = (
    "On the dashed line a face given 80 % is right for 80 of 100. The larger a dot, the more test "
    "faces it stands for. The dots are {error} off in the mean. Below {threshold} the page names "
    "no emotion."
)
TRUST_PLOT = "Dots of the faces named right by the probability given, beside the line of equals"
CONFIDENCE = "Probability given to the emotion named"
SHARE_RIGHT = "Faces named right"

TRAINING = "How it learned"
TRAINING_LINE = "Training faces, varied at random"
VALIDATION_LINE = "Validation faces, as they are"
TRAINING_SUMMARY = (
    "On the validation faces accuracy went from {first_accuracy} in the first epoch to {accuracy} "
    "in epoch {best}, whose weights were kept, and the loss from {first_loss:.2f} to {loss:.2f}."
)
ACCURACY_PLOT = "Curves of the accuracy by epoch, on training and validation faces"
LOSS_PLOT = "Curves of the loss by epoch, on training and validation faces"
EPOCH = "Epoch"
LOSS = "Loss"

DATA = "What it learned from"
DATA_MEANS = "Faces of each emotion in the three parts of the dataset."
DATA_HEADER = ("Emotion", "Training", "Validation", "Test")

PROVENANCE = "Where it comes from"
PROVENANCE_MODEL = "Network"
PROVENANCE_COMMIT = "Git commit"
PROVENANCE_DATA = "Data hash"
PROVENANCE_RUN = "MLflow run"
PROVENANCE_TRAINING = "Training"
PROVENANCE_KERAS = "Keras"
TRAINED = "{epochs} epochs of {seconds} seconds"
RECIPE = "Recipe, as in params.yaml"

LIMITS_TITLE = "What to keep in mind"
LIMITS = {
    "expression": "It names the expression that a face shows, not what the person feels.",
    "labels": "It learned the guesses of few people; people agree with them on about 65 % of the "
    "faces.",
    "copies": "Some test faces are photographs that the training faces hold too, so the figures "
    "are a little too good.",
    "spoilt": "It is right far less often on faces that are small, blurred, noisy or much turned.",
    "fairness": "Nothing is known of its errors by age, skin, gender or culture; expect them to be "
    "spread unfairly.",
    "use": "It is made to learn and to play, with people who agreed, and must judge nobody.",
}

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


def rate(share: float) -> str:
    """A share between 0 and 1 as percent with one decimal: a measured figure."""
    return f"{100 * share:.1f} %"


def number(count: int) -> str:
    """A whole number with its thousands parted."""
    return f"{count:,}"
