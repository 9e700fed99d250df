
(() => {
  "use strict";
  const form = document.querySelector("form");
  const words = document.getElementById("search-words");
  const severity = document.getElementById("search-severity");
  const matches = document.getElementById("search-matches");
  const LIMIT = 50;
  let isPrinting = false;
  const sections = [...document.querySelectorAll("section")].map((element) => ({
    element, count: element.querySelector(".count"), button: null, isAll: false, items: [],
  }));

  // A node of the tree is found by its own text and by that of the nodes above it.
  function read(section) {
    const byElement = new Map();
    for (const element of section.element.querySelectorAll("tbody tr, .tree li")) {
      const isNode = element.tagName === "LI";
      const above = isNode && byElement.get(element.parentElement.closest("li"));
      const own = (isNode ? element.firstElementChild : element).textContent.toLowerCase();
      const text = above ? `${above.text}\n${own}` : own;
      byElement.set(element, { element, text, above, isCounted: !isNode || element.classList.contains("CA"), isHidden: element.hidden });
    }
    section.items = [...byElement.values()];
  }

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let sum = 0;
    for (const section of sections) {
      const level = section.element.id === "findings" ? severity.value : "";
      for (const item of section.items) {
        item.isKept = (!level || item.element.classList.contains(level)) && wanted.every((word) => item.text.includes(word));
        for (let above = item.isKept && item.above; above && !above.isKept; above = above.above) above.isKept = true;
      }
      const kept = section.items.filter((item) => item.isKept);
      const listed = new Set(section.isAll || isPrinting ? kept : kept.slice(0, LIMIT));
      for (const item of section.items) {
        const isHidden = !listed.has(item);
        if (item.isHidden !== isHidden) item.element.hidden = item.isHidden = isHidden;
      }
      const shown = kept.filter((item) => item.isCounted).length;
      const total = section.items.filter((item) => item.isCounted).length;
      if (section.count) section.count.textContent = shown === total ? total : `${shown} of ${total}`;
      offer(section, kept.length, listed.size < kept.length);
      sum += shown;
    }
    const isFiltered = wanted.length || severity.value;
    matches.textContent = isFiltered ? (sum === 1 ? "1 match" : `${sum} matches`) : "";
  }

  // Long lists are cut, since a browser needs seconds to lay out thousands of rows; what is printed is never cut.
  function offer(section, number, isCut) {
    if (!section.button && isCut) {
      section.button = document.createElement("button");
      section.button.type = "button";
      section.button.className = "all";
      section.button.addEventListener("click", () => {
        section.isAll = true;
        filter();
      });
      section.element.append(section.button);
    }
    if (!section.button) return;
    section.button.hidden = !isCut;
    section.button.textContent = `Show all ${number}, the first ${LIMIT} are listed`;
  }

  function sort(head, table) {
    const isDown = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const order = new Intl.Collator("en", { numeric: true }).compare;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [row.cells[head.cellIndex].textContent, row]);
    rows.sort(([a], [b]) => (isDown ? order(b, a) : order(a, b)));
    body.append(...rows.map(([, row]) => row));
    const section = sections.find(({ element }) => element.contains(table));
    read(section);
    filter();
  }

  for (const head of document.querySelectorAll("th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(head.firstChild);
    button.addEventListener("click", () => sort(head, head.closest("table")));
    head.prepend(button);
  }
  for (const section of sections) read(section);
  filter();
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  for (const type of ["beforeprint", "afterprint"]) {
    addEventListener(type, () => {
      isPrinting = type === "beforeprint";
      filter();
    });
  }
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && event.target === words) {
      words.value = "";
      filter();
    }
  });
})();
