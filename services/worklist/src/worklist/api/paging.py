"""The parameters of every list: filters that are text, how long a page is, and where it begins."""

from typing import Annotated, TypeAlias

from fastapi import Query
from pydantic import StringConstraints

from worklist.places import word_after, word_after_task
from worklist.ports import After, Item

Text: TypeAlias = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]+$")]
"""A name, a number or a code, as a filter."""

Limit: TypeAlias = Annotated[int, Query(ge=1, le=200, description="Items a page has at most.")]
Next: TypeAlias = Annotated[
    str | None, Query(alias="next", description="`next` of the page before, as it was given.")
]


def next_of_tasks(items: list[Item], limit: int) -> str | None:
    """The word for the page after these tasks; None where they end."""
    return word_after_task(items[-1]) if len(items) == limit else None


def next_after(count: int, limit: int, last: After | None) -> str | None:
    """The word for the page after an entry; None where the list ends."""
    return word_after(last) if last and count == limit else None
