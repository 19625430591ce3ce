"use strict";
// Up to four areas side by side, and England.

Object.assign(schoolmatch, (() => {
  function toggleCompared(code, focus) {
    const { state, go, tell, MOST_COMPARED } = schoolmatch;
    const { compare } = state();
    if (compare.includes(code)) return go({ compare: compare.filter((each) => each !== code) }, focus);
    if (compare.length === MOST_COMPARED) {
      schoolmatch.renderTable(state()); // takes the tick away
      return tell([`Up to ${MOST_COMPARED} areas can be compared: take one out before another.`]);
    }
    return go({ compare: [...compare, code] });
  }

  function renderCompare(state) {
    const { byId, element, facts, area, value, shown, ENGLAND, go, phaseWords, definitionOf } = schoolmatch;
    const section = byId("compare");
    section.hidden = !state.compare.length;
    if (section.hidden) return section.replaceChildren();
    const columns = [...state.compare, ENGLAND];
    const title = element("h2", { id: "compare-title", tabindex: "-1" }, `Compared: ${phaseWords(state)}, ${definitionOf(state).title}`);
    return section.replaceChildren(
      title,
      element("div", { class: "scroll", role: "region", "aria-label": "Table of the areas compared", tabindex: "0" }, element(
        "table", {},
        element("thead", {}, element("tr", {}, element("td", {}), ...columns.map((code) => element(
          "th", { scope: "col", class: "number" }, area(code).name,
          code === ENGLAND ? null : element("button", {
            type: "button", class: "small", "aria-label": `Take ${area(code).name} out of the comparison`,
            onclick: () => toggleCompared(code, state.compare.length > 1 ? "compare-title" : "areas-title"),
          }, "✕"),
        )))),
        element("tbody", {}, ...facts.measures.map((of) => element(
          "tr", { class: of.name === state.measure ? "here" : null },
          element("th", { scope: "row" }, of.heading),
          ...columns.map((code) => element("td", { class: "number" }, shown(of, value(state, code, of.name)))),
        ))),
      )),
      element("p", {}, element("button", { type: "button", id: "clear-compare", onclick: () => go({ compare: [] }, "areas-title") }, "Compare nothing")),
    );
  }

  return { toggleCompared, renderCompare };
})());
