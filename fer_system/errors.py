"""What a caller gave and cannot be used: errors whose sentence can be said in other languages."""


class RecognitionError(ValueError):
    """Its message is one sentence, in English, that says what is wrong and what to do.

    The sentence is `template` filled with `values`. A translation is looked up by the template, so
    templates are written out where they are raised.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template, self.values = template, values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class FolderError(RecognitionError):
    """A folder or archive cannot be used; the message is one sentence that says what to do."""
