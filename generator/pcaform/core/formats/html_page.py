"""One HTML page that needs no other file: no script, no font, no picture.

The page is built as a tree, so that foreign text in it can never become markup.
"""

from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, tostring

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

Cell = str | tuple[str, str]
"""Text, or text with a second line in small print."""
Row = tuple[str, Sequence[Cell]]
"""A CSS class and the cells."""
Table = tuple[str, Sequence[str], Sequence[Row]]
"""A heading, the columns and the rows; without rows nothing is shown, without columns only the heading."""


def format_page(
    title: str, facts: str, *, totals: Iterable[tuple[str, str]], tables: Iterable[Table], footer: str
) -> str:
    """Return a page: a title with facts, numbers, each above its unit, tables, and a last line."""
    style = Element("style")
    style.text = _STYLE
    viewport = _tag("meta", name="viewport", content="width=device-width, initial-scale=1")
    head = _tag("head", _tag("meta", charset="utf-8"), viewport, _tag("title", title), style)
    sums = [_tag("li", _tag("b", number), unit) for number, unit in totals]
    top = (_tag("h1", title), _tag("p", facts, css="facts"), _tag("ul", *sums, css="sums"))
    parts = [part for table in tables for part in _format_table(*table)]
    html = _tag("html", head, _tag("body", *top, *parts, _tag("footer", footer)), lang="en")
    return f"<!DOCTYPE html>\n{tostring(html, encoding='unicode', method='html')}\n"


def _format_table(title: str, columns: Sequence[str], rows: Sequence[Row]) -> Iterator[Element]:
    if rows or not columns:
        yield _tag("h2", title)
    if rows:
        head = _tag("thead", _tag("tr", *(_tag("th", column, scope="col") for column in columns)))
        body = [_tag("tr", *map(_format_cell, cells), css=css) for css, cells in rows]
        yield _tag("table", head, _tag("tbody", *body))


def _format_cell(cell: Cell) -> Element:
    large, small = (cell, "") if isinstance(cell, str) else cell
    return _tag("td", large, *([_tag("small", small)] if small else []))


def _tag(tag: str, /, *content: Element | str, css: str = "", **attributes: str) -> Element:
    """Return an element with texts and other elements in it."""
    element = Element(tag, {**attributes, **({"class": css} if css else {})})
    for each in content:
        if isinstance(each, Element):
            element.append(each)
        elif len(element):
            element[-1].tail = visible(each)
        else:
            element.text = visible(each)
    return element
