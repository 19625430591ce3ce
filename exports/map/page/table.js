"use strict";
// The second way through everything: all areas of a type with all measures, sortable, choosable and comparable by keyboard.

Object.assign(schoolmatch, (() => {
  let order = { name: null, descending: false }; // null: by the area's name
  let current = null;

  function headings(state) {
    const { byId, element, facts, AREA_WORDS, capital } = schoolmatch;
    const heading = (name, words) => {
      const sorted = order.name === name;
      return element(
        "th", { scope: "col", class: name ? "number" : null, "aria-sort": sorted ? (order.descending ? "descending" : "ascending") : null },
        element("button", { type: "button", "data-sort": name ?? "name", onclick: () => sortBy(name) }, words, element("span", { "aria-hidden": "true" }, sorted ? (order.descending ? " ▼" : " ▲") : " ↕")),
      );
    };
    byId("table").tHead?.remove();
    byId("table").prepend(element("thead", {}, element(
      "tr", {},
      heading(null, capital(AREA_WORDS[state.areas][0])),
      ...facts.measures.map((each) => heading(each.name, each.heading)),
      element("th", { scope: "col" }, "Compare"),
    )));
  }

  function sortBy(name) {
    order = { name, descending: name !== null && !(order.name === name && order.descending) };
    if (name === null) order.descending = false;
    renderTable(current, true);
    schoolmatch.byId("table").querySelector(`button[data-sort="${name ?? "name"}"]`).focus();
  }

  // Areas without a value stand last, whichever way the table is sorted.
  function sorted(state) {
    const { areasOf, value } = schoolmatch;
    const all = areasOf(state.areas);
    if (order.name === null) return all;
    const at = new Map(all.map((each) => [each.code, value(state, each.code, order.name) ?? null]));
    const sign = order.descending ? -1 : 1;
    return [...all].sort((one, other) => {
      const [left, right] = [at.get(one.code), at.get(other.code)];
      if (left === null || right === null) return (left === null) - (right === null);
      return sign * (left - right);
    });
  }

  function row(state, each) {
    const { element, facts, value, shown, go, point } = schoolmatch;
    const cells = facts.measures.map((of) => element(
      "td", { class: `number${of.name === state.measure ? " chosen" : ""}` }, shown(of, value(state, each.code, of.name)),
    ));
    return element(
      "tr", { "data-code": each.code, onmouseenter: () => point(each.code), onmouseleave: () => point(null) },
      element("th", { scope: "row" }, element(
        "button", { type: "button", class: "link", onclick: () => go({ area: each.code, school: null }), onfocus: () => point(each.code), onblur: () => point(null) }, each.name,
      )),
      ...cells,
      element("td", {}, element("input", { type: "checkbox", "aria-label": `Compare ${each.name}`, onchange: () => schoolmatch.toggleCompared(each.code) })),
    );
  }

  // Rows are made anew only when what stands in them changes, so that the focus stays where it is.
  function renderTable(state, again = false) {
    const { byId, element, facts, definitionOf, phaseWords, capital, AREA_WORDS } = schoolmatch;
    const what = ["definition", "phase", "areas", "measure"];
    if (again || !current || what.some((name) => current[name] !== state[name])) {
      if (current && current.areas !== state.areas) order = { name: null, descending: false };
      byId("areas-title").textContent = `All ${AREA_WORDS[state.areas][1].toLowerCase()}`;
      byId("areas-about").textContent = `${capital(phaseWords(state))} schools. ${definitionOf(state).title}: ${definitionOf(state).sentence} Choose an area by its name to see its schools; tick up to four to compare them.`;
      headings(state);
      byId("table").tBodies[0]?.remove();
      byId("table").append(element("tbody", {}, ...sorted(state).map((each) => row(state, each))));
      byId("downloads").replaceChildren(
        "Download: ",
        element("button", { type: "button", id: "csv", onclick: () => download(state) }, "these figures (CSV)"),
        " ", element("a", { href: "../parquet/area_summary.parquet", download: true }, "all areas (Parquet)"),
        " ", element("a", { href: "../excel/england.xlsx", download: true }, "England's workbook (Excel)"),
      );
    }
    current = state;
    for (const each of byId("table").tBodies[0].rows) {
      const isChosen = each.dataset.code === state.area;
      each.classList.toggle("here", isChosen);
      each.querySelector("button").setAttribute("aria-current", isChosen);
      each.querySelector("input").checked = state.compare.includes(each.dataset.code);
    }
  }

  function pointInTable(code) {
    for (const each of schoolmatch.byId("table").tBodies[0]?.rows || []) each.classList.toggle("pointed", each.dataset.code === code);
  }

  // --- CSV of the view ---------------------------------------------------------------------------------------------------------

  function csv(state) {
    const { facts, figure, areasOf, area, ENGLAND } = schoolmatch;
    const cell = (given) => {
      if (given === null || given === undefined) return "";
      if (typeof given === "number") return String(given);
      const text = /^[=+\-@\t\r\n＝＋－＠]/.test(given) ? `'${given}` : given; // a spreadsheet would take it for a formula
      return /[",\n\r]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
    };
    const of = (each) => [
      state.definition, state.phase, each.type, each.code, each.name,
      ...facts.measures.map((measure) => figure(state, each.code, measure.name)), facts.schoolsAsAt, facts.inspectionsAsAt,
      ...(facts.isSynthetic ? ["synthetic sample"] : []),
    ];
    const lines = [
      ["definition", "phase", "area_type", "area_code", "area_name", ...facts.measures.map((each) => each.name), "schools_as_at", "inspections_as_at", ...(facts.isSynthetic ? ["label"] : [])],
      ...sorted(state).map(of), of(area(ENGLAND)),
    ];
    return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  function download(state) {
    const target = URL.createObjectURL(new Blob([csv(state)], { type: "text/csv" }));
    const link = schoolmatch.element("a", { href: target, download: `schoolmatch-${state.definition}-${state.phase}-${state.areas}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(target), 60_000); // not before the browser has taken it
  }

  return { renderTable, pointInTable };
})());
