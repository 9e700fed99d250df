"""One HTML page that needs no other file: no script, no font, no picture.

The page is built as a tree, so that foreign text in it can never become markup.
"""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from pcaform.core.unicode import visible

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --bad: #c0362c; --warn: #b26a00; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p.facts { margin: .2rem 0 1.2rem; }
ul.sums { display: flex; flex-wrap: wrap; gap: .8rem; padding: 0; list-style: none; }
ul.sums li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; }
ul.sums b { display: block; font-size: 1.5rem; line-height: 1.3; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td:first-child { white-space: nowrap; }
tr.now td:first-child { color: var(--bad); font-weight: 700; }
tr.soon td:first-child { color: var(--warn); font-weight: 600; }
td small { display: block; opacity: .8; overflow-wrap: anywhere; } code { font-size: .85em; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; font-size: .875rem; opacity: .85; }
@media (max-width: 45rem) {
  thead { display: none; } tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td, td:first-child { display: block; border: 0; padding: .1rem 0; white-space: normal; }
}
@media print { body { margin: 0; max-width: none; } }
"""

Row = tuple[str, Sequence[tuple[str, str]]]
"""A CSS class and the cells, each with a second line in small print."""


class Page:
    """A page that grows from top to bottom; a class because the tree is."""

    def __init__(self, title: str, facts: str) -> None:
        self._html = Element("html", lang="en")
        head = SubElement(self._html, "head")
        SubElement(head, "meta", charset="utf-8")
        SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
        _add(head, "title", title)
        SubElement(head, "style").text = _STYLE
        self._body = SubElement(self._html, "body")
        _add(self._body, "h1", title)
        _add(self._body, "p", facts, css_class="facts")

    def add_totals(self, counts: Iterable[tuple[str, str]]) -> None:
        """Add numbers, each above its unit."""
        totals = _add(self._body, "ul", css_class="sums")
        for number, unit in counts:
            _add(_add(totals, "li"), "b", number).tail = visible(unit)

    def add_heading(self, title: str) -> None:
        """Add a heading."""
        _add(self._body, "h2", title)

    def add_table(self, title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add a table with its heading, unless it has no rows."""
        all_rows = list(rows)
        if not all_rows:
            return
        self.add_heading(title)
        table = _add(self._body, "table")
        head = _add(_add(table, "thead"), "tr")
        for column in columns:
            SubElement(head, "th", scope="col").text = column
        body = _add(table, "tbody")
        for css_class, cells in all_rows:
            row = _add(body, "tr", css_class=css_class)
            for large, small in cells:
                cell = _add(row, "td", large)
                if small:
                    _add(cell, "small", small)

    def finish(self, footer: str) -> str:
        """Return the page, with a last line."""
        _add(self._body, "footer", footer)
        return f"<!DOCTYPE html>\n{tostring(self._html, encoding='unicode', method='html')}\n"


def _add(parent: Element, tag: str, text: str | None = None, *, css_class: str = "") -> Element:
    element = SubElement(parent, tag, {"class": css_class} if css_class else {})
    element.text = None if text is None else visible(text)
    return element
