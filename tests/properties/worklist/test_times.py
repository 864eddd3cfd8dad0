"""An age is what people mean by it, for every date of birth."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from worklist.pages.times import age


@given(st.dates(date(1900, 1, 1), date(2026, 6, 1)))
def test_an_age_is_the_number_of_birthdays(born_on: date) -> None:
    today = date(2026, 6, 1)
    birthdays = sum(
        (year, born_on.month, born_on.day) <= (today.year, today.month, today.day)
        for year in range(born_on.year + 1, today.year + 1)
    )
    assert age(born_on, today) == birthdays
