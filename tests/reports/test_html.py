"""The page of a batch: complete, inert, escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from autograder.reports.html import Row, page
from autograder.verdict import AssignmentResult, Where

VOID = {"meta", "link", "br", "img", "input"}


class Reader(HTMLParser):
    """Elements with attributes, and the text; checks that tags are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_table_has_a_row_per_submission_and_a_column_per_question(
    mixed: AssignmentResult, make_question, make_result
) -> None:
    other = make_result(make_question("1.1", "pass"), make_question("1.2", "pass"), submission="bob")
    text = page("Autograd", [Row(result=mixed), Row(result=other)])
    head = re.search(r"<thead>.*?</thead>", text, re.DOTALL)
    assert head
    assert re.findall(r"<th scope=\"col\" title=[^>]*>([^<]*)", head[0]) == [
        "1.1",
        "1.2",
        "1.3",
        "1.10",
        "2.1",
        "2.2",
    ]
    body = re.search(r"<tbody>.*?</tbody>", text, re.DOTALL)
    assert body
    assert body[0].count("<tr>") == 2
    assert "? / 14" in body[0]
    assert "1 to look at" in text
    assert re.findall(r'<td class="mark">(\d+)</td>', text)[:2] == ["2", "1"], "how many passed each question"


def test_failures_are_explained_and_the_rest_is_not(mixed: AssignmentResult) -> None:
    text = Reader(page("Autograd", [Row(result=mixed, trouble="One cell was ended.")])).text
    for part in (
        "relu_backward(x, np.array([[1.0]]))",
        "cell 14, line 6",
        "[[0.0]]",
        "hint:",
        "One cell was ended.",
    ):
        assert part in text
    assert "Not attempted yet" not in text


def test_foreign_text_stays_text(make_question, make_result) -> None:
    evil = "</style></pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[31m\u202e{{ 7 * 7 }}"
    question = make_question(
        "1.1",
        "fail",
        title=evil,
        message=evil,
        where=Where(cell=1, line=1, source=evil),
        example=evil,
        expected=evil,
        got=evil,
        hint=evil,
    )
    text = page("Autograd", [Row(result=make_result(question, submission=evil), trouble=evil)])
    reader = Reader(text)
    names = {tag for tag, _ in reader.elements}
    assert not names & {"script", "img", "iframe", "object", "link", "form"}
    attributes = {name for _, attrs in reader.elements for name in attrs}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "style")}
    assert "<script>alert(1)</script>" in reader.text
    assert "{{ 7 * 7 }}" in reader.text
    assert not set(text) & set("\x1b\u202e")


def test_links_stay_on_the_page_and_lead_somewhere(mixed: AssignmentResult) -> None:
    elements = Reader(page("Autograd", [Row(result=mixed)])).elements
    ids = {attrs["id"] for _, attrs in elements if "id" in attrs}
    targets = {attrs["href"] for _, attrs in elements if attrs.get("href")}
    assert targets
    assert {f"#{i}" for i in ids} >= targets


def test_the_policy_allows_the_own_style_and_nothing_else(mixed: AssignmentResult) -> None:
    text = page("Autograd", [Row(result=mixed)])
    policy = next(
        attrs["content"]
        for tag, attrs in Reader(text).elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_an_empty_batch_has_a_page() -> None:
    assert "0 submissions" in page("Autograd", [])
