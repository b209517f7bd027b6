"""When a rule may fire: hours, weekdays, and whether on holidays."""

from dataclasses import dataclass

from flowalert.market.calendar import is_trading_day
from flowalert.market.instant import DAY, date_of

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Active:
    """The times in which a rule may fire.

    `hours` are stretches of the day in seconds, each with its begin and without its end, in order and apart; empty
    for the whole day. `weekdays` count from 0, Monday. `holidays` is False where only trading days will do.
    """

    hours: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = EVERY_DAY
    holidays: bool = True

    def contains(self, at: int) -> bool:
        """Tell whether a rule may fire at an exchange time."""
        second = at % DAY
        if self.hours and not any(begin <= second < end for begin, end in self.hours):
            return False
        date = date_of(at)
        return date.weekday() in self.weekdays and (self.holidays or is_trading_day(date))

    def ends_at(self, at: int) -> int | None:
        """Return when the stretch of the day ends in which a rule may fire at an exchange time; None for no stretch."""
        second = at % DAY
        return next((at - second + end for begin, end in self.hours if begin <= second < end), None)
