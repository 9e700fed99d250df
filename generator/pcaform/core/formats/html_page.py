"""One HTML page that needs no other file and no network: style and script stand in it, and it allows no others.

The page is built as a tree, so that foreign text in it can never become markup. It is complete without its script,
which filters and sorts; `templates/report/` has both.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

from pcaform.core.files import packaged_directory
from pcaform.core.unicode import visible

MARKER = '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="pcaform'
"""How every page starts."""

Content = Element | str
Cell = Sequence[Content] | str
"""What is in a cell: text, or elements."""
Row = tuple[str, Sequence[Cell]]
"""A CSS class and the cells."""


def format_page(
    title: str, facts: str, *, totals: Iterable[tuple[str, str]], sections: Iterable[Element], version: str
) -> str:
    """Return a page: a title with facts, numbers, each above its unit, and sections, which the navigation lists."""
    parts = list(sections)
    style, script = (_inline(kind, f"page.{suffix}") for kind, suffix in (("style", "css"), ("script", "js")))
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="generator", content=f"pcaform {version}"),
        Element("meta", {"http-equiv": "Content-Security-Policy", "content": f"{policy}; base-uri 'none'"}),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        style,
    )
    links = [tag("li", tag("a", part[0].text or "", href=f"#{part.get('id')}")) for part in parts]
    body = tag(
        "body",
        tag("a", "Skip to the content", css="skip", href="#content"),
        tag("header", tag("h1", title), tag("p", facts, css="facts")),
        tag("div", Element("nav", {"aria-label": "Sections"}), _filter(), css="bar"),
        tag("main", tag("ul", *(tag("li", tag("b", each), unit) for each, unit in totals), css="sums"), id="content"),
        script,
    )
    body[2][0].append(tag("ul", *links))
    body[3].extend(parts)
    return f"<!DOCTYPE html>\n{tostring(tag('html', head, body, lang='en'), encoding='unicode', method='html')}\n"


def _inline(kind: str, file: str) -> Element:
    element = Element(kind)
    element.text = (packaged_directory("templates") / "report" / file).read_text(encoding="utf-8")
    return element


def _hash(element: Element) -> str:
    return f"'sha256-{b64encode(hashlib.sha256((element.text or '').encode()).digest()).decode()}'"


def _filter() -> Element:
    """Return the search, which the script shows."""
    words = tag("input", type="search", id="search-words", autocomplete="off", spellcheck="false")
    kinds = (("", "all findings"), ("error", "errors"), ("warning", "warnings"), ("unknown", "unknown"))
    options = [tag("option", text, value=value) for value, text in kinds]
    number = Element("output", {"aria-live": "polite", "id": "search-matches"})
    form = Element("form", {"role": "search", "hidden": ""})
    form.extend(
        [tag("label", "Search", words), tag("label", "Show", tag("select", *options, id="search-severity")), number]
    )
    return form


def section(name: str, title: str, *content: Element, number: int = 0) -> Element:
    """Return a section with a heading, and the number of things in it."""
    element = Element("section", {"id": name, "aria-labelledby": f"{name}-title"})
    heading = tag("h2", title, id=f"{name}-title")
    if number:
        heading.text = f"{title} "
        heading.append(tag("span", str(number), css="count"))
    element.extend([heading, *content])
    return element


def table(caption: str, columns: Sequence[str], rows: Iterable[Row], *, name: str) -> Element:
    """Return a table without its empty columns; the caption says what it shows.

    A column that ends with `#` has numbers; its title without spaces is the class of its heading.
    """
    listed = list(rows)
    kept = [index for index in range(len(columns)) if any(cells[index] for _, cells in listed)]
    titles = {index: columns[index].rstrip("#") for index in kept}
    kinds = {index: "number" if columns[index].endswith("#") else "" for index in kept}
    heads = [
        tag("th", titles[each], scope="col", css=f"{titles[each].lower().replace(' ', '-')} {kinds[each]}".strip())
        for each in kept
    ]
    body = [
        tag("tr", *(_cell(cells[each], titles[each], kinds[each]) for each in kept), css=css) for css, cells in listed
    ]
    parts = (tag("caption", caption), tag("thead", tag("tr", *heads)), tag("tbody", *body))
    return tag("table", *parts, css=name)


def _cell(cell: Cell, title: str, kind: str) -> Element:
    element = tag("td", *([cell] if isinstance(cell, str) else cell), css=kind)
    element.set("data-label", title)
    return element


def tag(name: str, /, *content: Content, css: str = "", **attributes: str) -> Element:
    """Return an element with texts and other elements in it."""
    element = Element(name, {**attributes, **({"class": css} if css else {})})
    for each in content:
        if isinstance(each, Element):
            element.append(each)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + visible(each)
        else:
            element.text = (element.text or "") + visible(each)
    return element
