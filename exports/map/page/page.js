"use strict";
// Ties the parts together: the address changes, everything is shown anew; a choice changes the address.

Object.assign(schoolmatch, (() => {
  let current = null;
  let pointed = null;
  let awaited = null; // the id of what is to get the focus
  const state = () => current;

  // Change what is shown. A notice belongs to what was done last: it goes. `focus`: the id of what gets the focus then, where the
  // element that has it is made anew.
  function go(changes, focus = null) {
    const next = { ...current, ...changes };
    if ("area" in changes && changes.area !== schoolmatch.ENGLAND) next.areas = schoolmatch.area(changes.area).type;
    if ("areas" in changes && schoolmatch.area(next.area).type !== next.areas) Object.assign(next, { area: schoolmatch.ENGLAND, school: null });
    if ("definition" in changes || "phase" in changes) next.school = null;
    const { phases } = schoolmatch.definitionOf(next);
    if (!phases.includes(next.phase)) [next.phase] = phases;
    tell([]);
    awaited = focus;
    const address = schoolmatch.writeAddress(next);
    if (address === location.hash) return focusAwaited();
    document.documentElement.dataset.page = "busy"; // until the browser tells of the new address
    location.hash = address;
  }

  function tell(sentences) {
    const place = schoolmatch.byId("notice");
    place.textContent = sentences.join(" ");
    place.hidden = !sentences.length;
  }

  // Hovered or focused: the legend, the tip and the table show where the area stands, until it is left.
  function point(code) {
    if (pointed === code) return;
    pointed = code;
    schoolmatch.renderLegend(current, code);
    schoolmatch.pointInTable(code);
    schoolmatch.pointOnMap?.(code);
    say(code || current.area);
  }

  function say(code) {
    const { byId, sentence, measure, phaseWords, definitionOf, capital } = schoolmatch;
    byId("said").textContent = `${capital(phaseWords(current))}, ${definitionOf(current).title}. ${measure(current.measure).title}. ${sentence(current, code)}`;
  }

  function fill(id, options, chosen) {
    const { byId, element } = schoolmatch;
    byId(id).replaceChildren(...options.map(([given, words]) => element("option", { value: given }, words)));
    byId(id).value = chosen;
  }

  function renderChoices() {
    const { facts, AREA_TYPES, AREA_WORDS, capital, definitionOf } = schoolmatch;
    fill("definition", facts.definitions.map((each) => [each.name, each.title]), current.definition);
    fill("phase", definitionOf(current).phases.map((each) => [each, capital(facts.phases[each])]), current.phase);
    fill("areas", AREA_TYPES.map((each) => [each, AREA_WORDS[each][1]]), current.areas);
    fill("measure", facts.measures.filter((each) => each.is_mapped).map((each) => [each.name, each.title]), current.measure);
  }

  // Show what the address asks for; what is not there any more is said.
  function follow() {
    const { state: next, notices } = schoolmatch.readAddress(location.hash);
    current = next;
    pointed = null;
    if (notices.length) tell(notices);
    renderChoices();
    schoolmatch.renderTrail(current);
    schoolmatch.renderLegend(current, null);
    schoolmatch.renderTable(current);
    schoolmatch.renderCompare(current);
    say(current.area);
    document.title = `${schoolmatch.area(current.area).name}: schools in need, and who is near`;
    const schools = schoolmatch.renderPanel(current);
    focusAwaited();
    schools.then(focusAwaited);
    schoolmatch.drawMap?.(current, schools);
    document.documentElement.dataset.page = "ready";
  }

  function focusAwaited() {
    const found = awaited && schoolmatch.byId(awaited);
    if (!found) return;
    found.focus();
    awaited = null;
  }

  function renderFrame() {
    const { byId, element, facts, day, published } = schoolmatch;
    const made = published(facts.stamp);
    byId("dates").textContent = `Schools as at ${day(facts.schoolsAsAt)}, inspections as at ${day(facts.inspectionsAsAt)}. Published ${made.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })}.`;
    byId("label").textContent = facts.label ?? "";
    byId("label").hidden = !facts.label;
    const days = Math.floor((Date.now() - made) / 86_400_000);
    const count = facts.stale.length;
    const old = [
      days > 31 ? `This page was published ${days} days ago; the data change every month. ` : null,
      count ? `${count === 1 ? "One source was" : `${count} sources were`} older than expected when this was published: ` : null,
      count ? element("a", { href: "about.html#data-status" }, "data status") : null,
    ];
    byId("age").replaceChildren(...old.filter(Boolean));
    byId("age").hidden = !byId("age").hasChildNodes();
    byId("limits").textContent = facts.limits;
    byId("licence").textContent = facts.licence;
  }

  function start() {
    const { byId, facts, ENGLAND } = schoolmatch;
    if (!facts) {
      tell(["The data of this page are missing: data/areas.js could not be loaded. Publish again, or copy the whole folder."]);
      return;
    }
    renderFrame();
    for (const id of ["definition", "phase", "areas", "measure"]) byId(id).addEventListener("change", (event) => go({ [id]: event.target.value }));
    for (const form of ["choices", "search"]) byId(form).addEventListener("submit", (event) => event.preventDefault());
    document.querySelector("a.skip").addEventListener("click", (event) => { // the address is what is shown
      event.preventDefault();
      byId("areas-title").focus();
      byId("areas-title").scrollIntoView();
    });
    schoolmatch.prepareSearch();
    window.addEventListener("hashchange", follow);
    follow();
    byId("zoom-all").addEventListener("click", () => (current.area === ENGLAND ? schoolmatch.showAll?.() : go({ area: ENGLAND, school: null })));
    schoolmatch.startMap(); // when figures and table are there: the map's library is large
  }

  document.addEventListener("DOMContentLoaded", start);
  return { state, go, tell, point };
})());
