"""The parameters of every list: filters that are text, how long a page is, and where it begins."""

from typing import Annotated, TypeAlias

from fastapi import Query
from pydantic import StringConstraints

Text: TypeAlias = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]+$")]
"""A name, a number or a code, as a filter."""

Limit: TypeAlias = Annotated[int, Query(ge=1, le=200, description="Items a page has at most.")]
Next: TypeAlias = Annotated[
    str | None, Query(alias="next", description="`next` of the page before, as it was given.")
]
