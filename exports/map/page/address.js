"use strict";
// What is shown stands in the address, after the #, so that a view can be shared and the browser's way back works.

Object.assign(schoolmatch, (() => {
  const MOST_COMPARED = 4;

  function defaults() {
    const { facts } = schoolmatch;
    return {
      definition: facts.definitions[0].name,
      phase: facts.definitions[0].phases[0],
      areas: "local_authority",
      measure: facts.measures[0].name,
      area: schoolmatch.ENGLAND,
      school: null,
      compare: [],
    };
  }

  // The state that an address stands for, and what of it is not there any more, in sentences.
  function read(hash) {
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    const { facts, area, measure, AREA_TYPES, AREA_WORDS, ENGLAND } = schoolmatch;
    const state = defaults();
    const notices = [];
    const definition = facts.definitions.find((each) => each.name === given.get("definition"));
    if (definition) state.definition = definition.name;
    else if (given.has("definition")) notices.push(`There is no definition “${given.get("definition")}” here.`);
    const { phases } = facts.definitions.find((each) => each.name === state.definition);
    if (phases.includes(given.get("phase"))) state.phase = given.get("phase");
    else {
      state.phase = phases[0];
      if (given.has("phase")) notices.push(`This definition does not speak of the phase “${given.get("phase")}”.`);
    }
    if (AREA_TYPES.includes(given.get("areas"))) state.areas = given.get("areas");
    if (measure(given.get("measure"))?.is_mapped) state.measure = given.get("measure");
    else if (given.has("measure")) notices.push(`The measure “${given.get("measure")}” is not shown here.`);
    if (given.has("area")) {
      if (area(given.get("area"))) state.area = given.get("area");
      else notices.push(gone(given.get("area")));
    }
    if (state.area !== ENGLAND) state.areas = area(state.area).type;
    for (const code of (given.get("compare") || "").split(",").filter(Boolean)) {
      if (!area(code)) notices.push(gone(code));
      else if (state.compare.length < MOST_COMPARED && !state.compare.includes(code)) state.compare.push(code);
    }
    if (given.has("school") && state.area !== ENGLAND) {
      // without names a school's number is another after every refresh
      if (facts.isNamed || given.get("of") === facts.stamp) state.school = Number(given.get("school"));
      else notices.push("The link shows a school of an earlier publication, in which schools had other numbers: choose it anew.");
    }
    return { state, notices };

    function gone(code) {
      return `No area has the code ${code} in these data (schools as at ${schoolmatch.day(facts.schoolsAsAt)}). Areas are merged, `
        + `divided and given new codes: find it by its name, or in the table of ${AREA_WORDS[state.areas][1].toLowerCase()}.`;
    }
  }

  function write(state) {
    const usual = defaults();
    const parts = new URLSearchParams();
    for (const name of ["definition", "phase", "areas", "measure"]) parts.set(name, state[name]);
    if (state.area !== usual.area) parts.set("area", state.area);
    if (state.school !== null) {
      parts.set("school", state.school);
      if (!schoolmatch.facts.isNamed) parts.set("of", schoolmatch.facts.stamp);
    }
    if (state.compare.length) parts.set("compare", state.compare.join(","));
    return `#${parts.toString().replaceAll("%2C", ",")}`;
  }

  return { readAddress: read, writeAddress: write, MOST_COMPARED };
})());
