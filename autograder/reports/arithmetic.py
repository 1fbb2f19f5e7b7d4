"""How the points that count come about, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from autograder.grading.arrivals import Source
from autograder.reports.terminal import Line
from autograder.reports.text import columns, fit, one_line, pad, wrap

if TYPE_CHECKING:
    from fractions import Fraction

    from autograder.grading.adjustments import Adjustment
    from autograder.grading.counting import Counted
    from autograder.grading.standings import Standing
    from autograder.policy import CoursePolicy, Rules

_LABEL = 11
_SOURCES = {
    Source.LIST: "from a list of times",
    Source.GRADESCOPE: "says Gradescope",
    Source.FILE: "the time of the file",
}


def number(value: Decimal | None) -> str:
    """A decimal number without needless zeros; ``?`` where nobody knows yet."""
    if value is None:
        return "?"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Fraction | None) -> str:
    """A share with two decimals, e.g. ``"83.25 %"``; empty if there is none."""
    if share is None:
        return ""
    hundredths = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{hundredths.quantize(Decimal('0.01'), ROUND_HALF_UP)} %"


def explained(
    name: str,
    standing: Standing,
    rules: Rules,
    policy: CoursePolicy,
    *,
    reasons: bool = True,
    width: int = 80,
) -> list[Line]:
    """How one assignment counts; nothing if its points are just those of the tests.

    Args:
        name: of the assignment.
        standing: the student's.
        rules: of the assignment.
        policy: of the course.
        reasons: say of decisions by hand also why and whose they are.
        width: columns.
    """
    counted = standing.counted[name]
    several = policy.best and standing.attempts[name] > 1
    if not (counted.marks or counted.unused or counted.override or counted.due or several):
        return []
    which = f", the best of {standing.attempts[name]}" if several else ""
    tests = (
        f"{number(counted.tested)} of {number(counted.most)} points (attempt {counted.attempt.number}{which})"
    )
    facts = [("tests", tests)]
    for mark, asked, by_hand in counted.marks:
        given = f"{number(by_hand)} of {number(asked.most)} points instead of {number(asked.points)}"
        facts.append(("by hand", f"{mark.question}: {given}{_why(mark, reasons)}"))
    for mark in counted.unused:
        text = f"{mark.question}: {number(Decimal(mark.value))} points, not used: there is no such question"
        facts.append(("by hand", text + _why(mark, reasons)))
    if counted.marks:
        facts.append(("together", f"{number(counted.earned)} points"))
    facts += _time(counted, rules, policy, reasons)
    if counted.override:
        text = f"{number(counted.points)} points for all of it, whatever stands above"
        facts.append(("by hand", text + _why(counted.override, reasons)))
    points = number(counted.points) if counted.points is not None else "a person has to look"
    facts.append(("counts", f"{points} of {number(counted.most)}" if counted.points is not None else points))
    lines = [Line(""), Line(fit(f"How {one_line(name, limit=60)} counts:", width), "title")]
    for label, text in facts:
        for position, part in enumerate(wrap(text, width - _LABEL - 2)):
            lines.append(Line(f"  {'' if position else label:<{_LABEL}}{part}"))
    return lines


def _why(adjustment: Adjustment, reasons: bool) -> str:
    if not reasons:
        return ""
    return f" ({one_line(adjustment.reason, limit=500)}; {one_line(adjustment.author)})"


def _time(counted: Counted, rules: Rules, policy: CoursePolicy, reasons: bool) -> list[tuple[str, str]]:
    if counted.due is None:
        return []
    facts = [("due", str(counted.due))]
    if counted.extension:
        until = str(counted.extended) if counted.extended else "not later than that"
        facts.append(
            ("extended", f"until {until}{_why(counted.extension, reasons)}" if counted.extended else until)
        )
    arrival = counted.attempt.arrival
    if arrival is None:
        return [*facts, ("handed in", "nobody knows when, so it is not late")]
    due = counted.extended or counted.due
    late = arrival.at > due.instant
    text = f"{due.shown(arrival.at)}, {_SOURCES[arrival.source]}"
    if late:
        text += f": {_span(due.instant, arrival.at)} late"
        text += f" = {_days(counted.days or 0)}" if counted.days else ", within the grace"
    else:
        text += ": in time"
    facts.append(("handed in", text))
    if counted.spent:
        facts.append(("late days", f"{counted.spent} of the {policy.late_days} that each student has"))
    charged = (counted.days or 0) - counted.spent
    if charged and rules.late:
        rate = f"{number(rules.late.per_day)} % a day for {_days(charged)}"
        capped = rules.late.per_day * charged > rules.late.at_most
        rate += f", at most {number(rules.late.at_most)} %" if capped else ""
        facts.append(("lateness", f"{rate}: − {'?' if counted.lost is None else counted.lost}"))
    elif charged:
        facts.append(("lateness", "no setting 'late', so it costs nothing"))
    return facts


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"


def _span(start: datetime, end: datetime) -> str:
    minutes = int((end - start).total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [_days(days)] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes and not days else []
    return " ".join(parts) or "less than a minute"


def summed(
    standing: Standing, most: Mapping[str, Decimal], policy: CoursePolicy, *, width: int = 80
) -> list[Line]:
    """How the total of a student comes about; nothing if there is one assignment and no weight."""
    if len(most) < 2 and not policy.weights:
        return []
    name_width = min(max(map(columns, most), default=0), 30)
    lines = [Line(""), Line("Total:", "title")]
    for name, whole in most.items():
        counted = standing.counted.get(name)
        if counted is None:
            text = f"{'–':>8} of {number(whole):<8} nothing handed in: counts 0"
        elif counted.points is None:
            text = f"{'?':>8} of {number(counted.most):<8} a person has to look: left out"
        else:
            text = f"{number(counted.points):>8} of {number(counted.most):<8}"
        if policy.weights:
            text += f"  weight {number(policy.weights.get(name, Decimal(0)))}"
        lines.append(Line(fit(f"  {pad(one_line(name), name_width)}  {text}".rstrip(), width)))
    share = percent(standing.total.share)
    earned = f"{number(standing.total.points)} of {number(standing.total.most)} points"
    how = "weighted" if policy.weights else earned
    lines.append(
        Line(f"  {pad('all', name_width)}  {share}  ({how})" if share else "  nothing to add up yet")
    )
    return lines
