"""A mistake in a text of the language: where, what, and what instead."""


class Mistake(Exception):  # noqa: N818 - it is the reader's mistake, not an error of the program
    """Raised for a text that is no sentence of the language, or one without sense.

    `start` and `end` are offsets into the text, in characters from 0; `what` says what is wrong and `instead`
    what to write, where that is known.
    """

    def __init__(self, what: str, span: tuple[int, int], instead: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.start, self.end = span
        self.instead = instead

    def __str__(self) -> str:
        return f"{self.what}; {self.instead}" if self.instead else self.what
