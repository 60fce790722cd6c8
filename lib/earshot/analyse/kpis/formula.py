"""The arithmetic of a KPI contract: names of counts, numbers, + - * / and brackets;
nothing else is ever evaluated.
"""

import ast
import operator
from collections.abc import Mapping

import pandas as pd

from earshot.core.params import ParamError, nearest

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def names(formula: str) -> list[str]:
    """Return the counts a formula uses, in order of first use;
    raises ParamError when it is not plain arithmetic.
    """
    found = []
    for node in ast.walk(_parsed(formula)):
        if isinstance(node, ast.Name) and node.id not in found:
            found.append(node.id)
    return found


def check(formula: str, allowed) -> None:
    """Raise ParamError, in one sentence, when ``formula`` is not arithmetic over the ``allowed`` counts."""
    for name in names(formula):
        if name not in allowed:
            raise ParamError(
                f"formula {formula!r} uses {name!r}, which is not counted; use "
                f"{', '.join(allowed)}.{nearest(name, allowed)}"
            )
    evaluate(formula, {name: pd.Series([1.0]) for name in allowed})


def evaluate(formula: str, counts: Mapping[str, pd.Series]) -> pd.Series:
    """Return the formula's value for each row of the counts; a division by zero is empty, not infinite."""
    value = _value(_parsed(formula).body, counts, formula)
    return (
        value if isinstance(value, pd.Series) else pd.Series(value, index=next(iter(counts.values())).index)
    )


def _parsed(formula: str) -> ast.Expression:
    try:
        return ast.parse(str(formula), mode="eval")
    except SyntaxError as error:
        raise ParamError(
            f"formula {formula!r} cannot be read at character {error.offset or 1}; "
            "write arithmetic such as (positive - negative) / posts."
        ) from None


def _value(node: ast.AST, counts: Mapping[str, pd.Series], formula: str):
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left, counts, formula), _value(node.right, counts, formula)
        if isinstance(node.op, ast.Div):
            right = right.where(right != 0) if isinstance(right, pd.Series) else (right or float("nan"))
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, counts, formula)
    if isinstance(node, ast.Name):
        return counts[node.id]
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    ):
        return float(node.value)
    raise ParamError(
        f"formula {formula!r} holds {ast.unparse(node)!r}; use names, numbers, + - * / and brackets only."
    )
