"""Logistic regression by plain maximum likelihood: Newton's method, and nothing to tune."""

from collections.abc import Sequence
from math import exp
from typing import Final, TypeAlias

Row: TypeAlias = Sequence[float]

_MOST_ROUNDS: Final = 25
_NEAR_ENOUGH: Final = 1e-9


class NotFittedError(Exception):
    """There is no maximum to find: the outcome is the same for all, or follows from a factor."""

    def __init__(self) -> None:
        super().__init__("the likelihood has no maximum")


def fitted(
    rows: Sequence[Row], outcomes: Sequence[bool], offsets: Sequence[float] | None = None
) -> list[float]:
    """The coefficient of every column. Raises NotFittedError.

    Offsets are log-odds that every row has besides.
    """
    besides = offsets or [0.0] * len(rows)
    coefficients = [0.0] * len(rows[0])
    for _ in range(_MOST_ROUNDS):
        steps = _solved(*_derivatives(rows, outcomes, besides, coefficients))
        coefficients = [one + step for one, step in zip(coefficients, steps, strict=True)]
        if max(map(abs, steps)) < _NEAR_ENOUGH:
            return coefficients
    raise NotFittedError


def _derivatives(
    rows: Sequence[Row],
    outcomes: Sequence[bool],
    offsets: Sequence[float],
    coefficients: Sequence[float],
) -> tuple[list[list[float]], list[float]]:
    """Fisher's information and the gradient of the log-likelihood."""
    width = range(len(coefficients))
    information, gradient = [[0.0 for _ in width] for _ in width], [0.0 for _ in width]
    for row, outcome, offset in zip(rows, outcomes, offsets, strict=True):
        log_odds = offset + sum(a * b for a, b in zip(row, coefficients, strict=True))
        chance = 1 / (1 + exp(-log_odds))
        weight, error = chance * (1 - chance), outcome - chance
        for i in width:
            gradient[i] += error * row[i]
            weighted, line = weight * row[i], information[i]
            for j in width:
                line[j] += weighted * row[j]
    return information, gradient


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of linear equations, by elimination. Raises NotFittedError."""
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i, line in enumerate(lines):
        if abs(line[i]) < _NEAR_ENOUGH:  # information is positive definite, or tells of no maximum
            raise NotFittedError
        for j, other in enumerate(lines):
            if i != j:
                share = other[i] / line[i]
                lines[j] = [b - share * a for a, b in zip(line, other, strict=True)]
    return [line[-1] / line[i] for i, line in enumerate(lines)]
