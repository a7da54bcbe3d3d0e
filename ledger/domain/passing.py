"""Pass rules. They belong to the version of a standard; totals are exact rationals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

PartSpec = Mapping[str, Any]


def _by_component(parts: Iterable[PartSpec]) -> dict[str, list[PartSpec]]:
    groups: dict[str, list[PartSpec]] = {}
    for part in parts:
        groups.setdefault(part["component"], []).append(part)
    return groups


def weights_fault(
    parts: Iterable[PartSpec], pass_rule: Mapping[str, Any]
) -> tuple[str, str] | None:
    """What is wrong with a standard's parts and pass rule, as (field, message), or ``None``.

    In each component the weights add up to 100. A component without any weight does not count.
    """
    parts = list(parts)
    names = [part["part"] for part in parts]
    if len(set(names)) != len(names):
        return "parts", "a part is named twice"
    weighted = set()
    for component, members in _by_component(parts).items():
        weights = [Fraction(part["weight"]) for part in members if "weight" in part]
        if weights and sum(weights) != 100:
            return "parts", f"weights in component {component!r} add up to {sum(weights)}, not 100"
        if weights:
            weighted.add(component)
    for part in parts:
        if part.get("minimum", 0) > part["maximum"]:
            return "parts", f"the minimum of part {part['part']!r} exceeds its maximum"
    return _rule_fault(pass_rule, parts, weighted)


def _rule_fault(
    pass_rule: Mapping[str, Any], parts: list[PartSpec], weighted: set[str]
) -> tuple[str, str] | None:
    totals = pass_rule.get("totals", [])
    if pass_rule["kind"] == "decision":
        if totals or any("minimum" in part for part in parts):
            return "pass_rule", "a pass by decision has no thresholds"
        return None
    if not totals and not any("minimum" in part for part in parts):
        return "pass_rule", "a pass by thresholds needs a minimum of a part or a component"
    components = [total["component"] for total in totals]
    if len(set(components)) != len(components):
        return "pass_rule", "a component has two minimums"
    for total in totals:
        if total["component"] not in weighted:
            return "pass_rule", f"component {total['component']!r} has no weights"
        if Fraction(total["minimum"]) > 100:
            return "pass_rule", "a weighted total is at most 100"
    return None


def component_total(parts: Iterable[PartSpec], marks: Mapping[str, int]) -> Fraction | None:
    """Weighted total, of 100, of one component's parts; ``None`` where a weighted part has no mark.

    A missing part is not a zero.
    """
    total = Fraction(0)
    for part in parts:
        if "weight" not in part:
            continue
        if part["part"] not in marks:
            return None
        total += Fraction(part["weight"]) * Fraction(marks[part["part"]], part["maximum"])
    return total


def passes(
    parts: Iterable[PartSpec], pass_rule: Mapping[str, Any], marks: Mapping[str, int]
) -> bool | None:
    """Whether ``marks`` (part -> mark) pass under the rule; ``None`` where examiners decide."""
    if pass_rule["kind"] == "decision":
        return None
    parts = list(parts)
    for part in parts:
        if "minimum" in part and marks.get(part["part"], -1) < part["minimum"]:
            return False
    groups = _by_component(parts)
    for threshold in pass_rule.get("totals", []):
        total = component_total(groups[threshold["component"]], marks)
        if total is None or total < Fraction(threshold["minimum"]):
            return False
    return True
