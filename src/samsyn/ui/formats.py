"""Numbers and dates as people write them, by language. Nothing here reads settings or the active language."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date

NARROW_SPACE = "\u202f"
MINUS = "\u2212"

Number = int | float | Decimal


def format_number(value: Number, *, language: str, decimals: int | None = None, signed: bool = False) -> str:
    """
    Write a number: 1 417 and −12,7 in Swedish, 1,417 and −12.7 in English.

    Without `decimals` an integral float loses its decimals and any other keeps those it has; a Decimal always
    keeps its own, for they tell how exactly it was measured. `signed` puts a plus before what is above zero.
    """
    number = Decimal(str(value))
    if decimals is not None:
        # As people round: a half goes up, never to the even neighbour.
        number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    elif isinstance(value, float) and number == number.to_integral_value():
        number = number.to_integral_value()
    text = f"{abs(number):,f}"
    if not language.startswith("en"):
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    # A value that rounds to nothing has no sign: −0,0 would say that there was a change.
    if number < 0:
        return MINUS + text
    return f"+{text}" if signed and number > 0 else text


def format_percent_change(percent: Number, *, language: str, decimals: int = 1) -> str:
    """Write a change given in per cent, always with its sign: −12,7 % in Swedish, −12.7% in English."""
    return format_number(percent, language=language, decimals=decimals, signed=True) + percent_sign(language)


def percent_sign(language: str) -> str:
    """Return the sign as it follows a number: after a narrow space in Swedish, close to it in English."""
    return "%" if language.startswith("en") else f"{NARROW_SPACE}%"


def format_day(day: date, *, language: str) -> str:
    """Write a day: 21 januari 2021. The instant of a datetime must already be in the reader's time zone."""
    if isinstance(day, datetime):
        day = day.date()
    return str(format_date(day, format="d MMMM y", locale=language.replace("-", "_")))
