"""One submission's result as lines for a terminal: overview, explanations, total, what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.explanations import explanations
from autograder.reports.text import clean, columns, fit, inert, one_line, pad, wrap, wrap_code
from autograder.verdict import AssignmentResult, Outcome, QuestionResult, Verdict

MARKS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.ERROR: "!",
    Verdict.INCONCLUSIVE: "?",
    Verdict.SKIPPED: "–",
    Verdict.NOT_ATTEMPTED: "·",
}
STYLES = {
    Verdict.PASS: "good",
    Verdict.FAIL: "bad",
    Verdict.ERROR: "bad",
    Verdict.INCONCLUSIVE: "warn",
    Verdict.SKIPPED: "dim",
    Verdict.NOT_ATTEMPTED: "dim",
}
_EXPLAINED = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)
_TO_LEARN_FROM = (Verdict.FAIL, Verdict.ERROR)
_MAX_MESSAGE_LINES = 12
_MAX_CODE_LINES = 20
_MAX_VALUE_LINES = 6
_COLOURS = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "title": "1"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report; no continuous integration takes it for a command, wherever it was wrapped."""

    text: str
    style: str = ""
    """``"good"``, ``"bad"``, ``"warn"``, ``"dim"``, ``"title"`` or nothing."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", inert(self.text))


def to_text(lines: Sequence[Line], *, color: bool = False) -> str:
    """The lines as one text, with ANSI colours if asked for."""
    return "".join(
        f"\x1b[{_COLOURS[line.style]}m{line.text}\x1b[0m\n" if color and line.style else f"{line.text}\n"
        for line in lines
    )


def points(value: float | None) -> str:
    """Points without needless digits; ``?`` where nobody knows yet."""
    return "?" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def score(result: AssignmentResult) -> str:
    """The total, e.g. ``"12.5 / 20"``."""
    return f"{points(result.score)} / {points(result.max_score)}"


def counts(result: AssignmentResult) -> str:
    """How many questions got which verdict, e.g. ``"12 pass, 1 fail"``."""
    found = Counter(question.outcome.verdict for question in result.questions)
    return ", ".join(f"{found[verdict]} {verdict.value}" for verdict in Verdict if found[verdict])


def render(result: AssignmentResult, *, width: int = 80) -> list[Line]:
    """Draw a result in lines of at most ``width`` columns.

    Questions stand in the order of the notebook. Those that were judged and did not pass are explained;
    a notebook in which nothing has been attempted is only listed.
    """
    width = max(width, 40)
    heading = f"{one_line(result.assignment, limit=60)} · {one_line(result.submission)}"
    lines = [Line(fit(heading, width), "title"), Line("")]
    lines += _overview(result.questions, width)
    not_run: list[Line] = []
    for group in _alike(result.questions):
        if group[0].outcome.verdict is Verdict.SKIPPED:
            not_run += _not_run(group, width)
        else:
            lines += [Line(""), *_explanation(group, width)]
    if not_run:
        lines += [Line(""), *not_run]
    return [*lines, Line(""), *_total(result, width)]


def _overview(questions: Sequence[QuestionResult], width: int) -> list[Line]:
    def earned(question: QuestionResult) -> str:
        return f"{points(question.points)} / {points(question.max_points)}"

    id_width = max((min(columns(one_line(q.id)), 12) for q in questions), default=0)
    word_width = max((len(q.outcome.verdict.value) for q in questions), default=0)
    points_width = max((len(earned(q)) for q in questions), default=0)
    title_width = max(width - id_width - word_width - points_width - 8, 8)
    lines = []
    for question in questions:
        verdict = question.outcome.verdict
        cells = (
            f"{MARKS[verdict]} {pad(one_line(question.id), id_width)}",
            pad(one_line(question.title), title_width),
            pad(verdict.value, word_width),
            pad(earned(question), points_width, right=True),
        )
        lines.append(Line(fit("  ".join(cells), width), STYLES[verdict]))
    return lines


def _alike(questions: Sequence[QuestionResult]) -> list[list[QuestionResult]]:
    """The questions to explain, those with one and the same cause together, in order."""
    groups: list[list[QuestionResult]] = []
    for question in questions:
        outcome = question.outcome
        if outcome.verdict not in _EXPLAINED and not (outcome.verdict is Verdict.SKIPPED and outcome.message):
            continue
        for group in groups:
            if _cause(group[0].outcome) == _cause(outcome):
                group.append(question)
                break
        else:
            groups.append([question])
    return groups


def _cause(outcome: Outcome) -> object:
    where = outcome.where
    place = (where.cell, where.line, where.source) if where else None
    return (
        outcome.verdict,
        outcome.code,
        outcome.message,
        outcome.expected,
        outcome.got,
        outcome.example,
        place,
    )


def explanation(question: QuestionResult, *, width: int = 80) -> list[Line]:
    """What there is to say of one question that did not pass, without blank lines."""
    return _explanation([question], width)


def _explanation(group: Sequence[QuestionResult], width: int) -> list[Line]:
    first = group[0]
    outcome = first.outcome
    style = STYLES[outcome.verdict]
    mark = MARKS[outcome.verdict]
    heading = ", ".join(one_line(question.id, limit=20) for question in group)
    if len(group) == 1:
        heading = f"{heading}  {one_line(first.title)}"
    lines = [Line(f"{' ' if n else mark} {text}", style) for n, text in enumerate(wrap(heading, width - 2))]
    lines += _block(wrap(clean(outcome.message), width - 4), 4, _MAX_MESSAGE_LINES)
    if outcome.where:
        place = f"cell {outcome.where.cell}" + (f", line {outcome.where.line}" if outcome.where.line else "")
        source = one_line(outcome.where.source)
        lines.append(Line(fit(f"    {place}:  {source}" if source else f"    {place}", width)))
    if outcome.example:
        lines.append(Line("    With:"))
        lines += _block(wrap_code(clean(outcome.example), width - 8), 8, _MAX_CODE_LINES)
    lines += _value("expected", outcome.expected, width)
    lines += _value("got", outcome.got, width)
    if outcome.hint and len(group) == 1:  # what stops several questions is not what their hints are about
        hint = f"hint: {one_line(outcome.hint, limit=400)}"
        lines += [Line(f"    {text}", "dim") for text in wrap(hint, width - 4)]
    code = outcome.code.partition(" ")[0]
    if outcome.verdict in _TO_LEARN_FROM and code in explanations():
        lines.append(Line(f"    more: pytest --explain {code}", "dim"))
    return lines


def _not_run(group: Sequence[QuestionResult], width: int) -> list[Line]:
    ids = ", ".join(one_line(question.id, limit=20) for question in group)
    mark = MARKS[Verdict.SKIPPED]
    texts = wrap(f"{ids}: {one_line(group[0].outcome.message, limit=400)}", width - 2)
    return [Line(f"{' ' if number else mark} {text}", "dim") for number, text in enumerate(texts)]


def _value(name: str, value: str, width: int) -> list[Line]:
    if not value:
        return []
    text = clean(value)
    if "\n" not in text and columns(text) <= width - 15:
        return [Line(f"    {name:<9}  {text}")]
    return [Line(f"    {name}"), *_block(wrap_code(text, width - 8), 8, _MAX_VALUE_LINES)]


def _block(texts: Sequence[str], indent: int, most: int) -> list[Line]:
    """Indented lines; of more than ``most``, the first ones and how many are left."""
    texts = [text for text in texts if text.strip()]
    left = len(texts) - most
    shown = [Line(" " * indent + text) for text in texts[:most]]
    return [*shown, Line(f"{' ' * indent}… ({left} more lines)", "dim")] if left > 0 else shown


def _total(result: AssignmentResult, width: int) -> list[Line]:
    if not result.questions:
        return [Line("There was no question to judge.", "warn")]
    style = "good" if result.passed else "warn" if result.inconclusive else ""
    lines = [Line(text, style) for text in wrap(f"Score: {score(result)} ({counts(result)})", width)]
    waiting = [one_line(q.id) for q in result.questions if q.outcome.verdict is Verdict.INCONCLUSIVE]
    if waiting:
        which = "all questions" if len(waiting) == len(result.questions) else ", ".join(waiting)
        sentence = f"A person has to look at {which}: no points were taken."
        lines += [Line(text, "warn") for text in wrap(sentence, width)]
    # A question that waits for a person is nothing that the student could do next.
    left = (Verdict.FAIL, Verdict.ERROR, Verdict.NOT_ATTEMPTED)
    following = next((q for q in result.questions if q.outcome.verdict in left), None)
    if following:
        lines.append(Line(fit(f"next: {one_line(following.id)} {one_line(following.title)}", width), "title"))
    return lines
