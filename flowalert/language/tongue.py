"""The two languages in which flowalert explains itself."""

import enum


class Tongue(enum.Enum):
    """Korean or English."""

    KOREAN = "ko"
    ENGLISH = "en"

    def choose(self, korean: str, english: str) -> str:
        """Return the one of two texts that is in this language."""
        return korean if self is Tongue.KOREAN else english
