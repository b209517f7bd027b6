"""What keeps a request from being answered."""

from msgspec import Struct


class Mistake(Struct, frozen=True):
    """What is wrong with a request, where, and what to do instead; each but the first is empty where there is none.

    `detail` is what there is to see of it, in lines: a difference, or a list of mistakes.
    """

    what: str
    where: str = ""
    instead: str = ""
    detail: str = ""


class RequestRefused(Exception):  # noqa: N818 - what is refused is the request, and the program is right to
    """Raised for a request that is not answered; `status` is HTTP's, `after` the seconds to wait before another."""

    def __init__(
        self, status: int, what: str, *, where: str = "", instead: str = "", detail: str = "", after: int | None = None
    ) -> None:
        super().__init__(what)
        self.status = status
        self.mistake = Mistake(what, where, instead, detail)
        self.after = after


def not_there(what: str) -> RequestRefused:
    """Return the refusal for what does not exist."""
    return RequestRefused(404, what)
