"use strict";
// The data of the page. They come as scripts that call `schoolmatch.receive`, since a page opened from disk may fetch nothing;
// "areas" is there from the start, everything else when it is looked at.

const schoolmatch = (() => {
  const received = new Map();
  const loading = new Map();

  function receive(name, data) {
    received.set(name, data);
    if (name === "areas") Object.assign(schoolmatch, { facts: data });
  }

  // A promise of a file of data, by the name it hands itself over with: "region", "schools/E06000001".
  function load(name) {
    if (!loading.has(name)) {
      loading.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `data/${name}.js`;
        script.onload = () => {
          const data = received.get(name);
          if (data && data.stamp === schoolmatch.facts.stamp) resolve(data);
          else reject(new Error("Newer data have been published since this page was opened. Load the page again to see them."));
        };
        script.onerror = () => {
          loading.delete(name); // another try may be luckier
          reject(new Error("A part of the data could not be loaded. Try again, or load the page again."));
        };
        document.head.append(script);
      }));
    }
    return loading.get(name);
  }

  // --- areas -------------------------------------------------------------------------------------------------------------------

  const ENGLAND = "E92000001";
  const AREA_TYPES = ["region", "local_authority", "constituency"];
  let byCode = null;

  // {code, name, type, region, authorities, workbook} of a code, or null for one that is not there.
  function area(code) {
    if (!byCode) {
      byCode = new Map([[ENGLAND, { code: ENGLAND, name: "England", type: "country", region: null, authorities: [], workbook: "england.xlsx" }]]);
      for (const type of AREA_TYPES) {
        for (const [each, name, region, authorities, workbook] of schoolmatch.facts.areas[type]) {
          byCode.set(each, { code: each, name, type, region, authorities, workbook });
        }
      }
    }
    return byCode.get(code) || null;
  }

  function areasOf(type) {
    return schoolmatch.facts.areas[type].map(([code]) => area(code));
  }

  const measure = (name) => schoolmatch.facts.measures.find((each) => each.name === name);

  // What the published table says of an area. Undefined: the area has no school of the phase.
  function figure(state, code, name) {
    const { type } = area(code);
    const row = schoolmatch.facts.figures[state.definition]?.[state.phase]?.[type]?.[code];
    return row && row[schoolmatch.facts.measures.findIndex((each) => each.name === name)];
  }

  // The same as it is shown. Null: there is no value; of a measure that counts some of those in need, where nobody is in need.
  function value(state, code, name = state.measure) {
    const own = figure(state, code, name);
    return own !== undefined && measure(name).is_of_those_in_need && !figure(state, code, "in_need") ? null : own;
  }

  // Why figures of the definition are withheld in the phase, in sentences; empty where none is.
  const withheld = (state) => schoolmatch.facts.definitions.find((each) => each.name === state.definition).withheld[state.phase] ?? [];

  // Of how many schools the definition asks in the phase, and why not of the others; empty where it asks of all, or figures are withheld.
  const notAsked = (state) => schoolmatch.facts.definitions.find((each) => each.name === state.definition).not_asked[state.phase] ?? [];

  const legend = (state) => schoolmatch.facts.legends[state.definition][state.phase][state.areas][state.measure];
  const limits = (state) => legend(state).limits;

  // The number of classes of a legend's limits: they hold the lowest and the highest value besides.
  const countClasses = (of) => Math.max(0, of.length - 1);

  // Which class of the legend a value is in, or null for none.
  function classOf(state, number) {
    const of = limits(state);
    if (number === null || number === undefined || !of.length) return null;
    let place = 0;
    while (place + 2 < of.length && number >= of[place + 1]) place += 1;
    return place;
  }

  // {rank, of}: where an area stands among those of its type, 1 the highest; null where no value is shown, and for England.
  function rank(state, code) {
    const place = schoolmatch.facts.measures.findIndex((each) => each.name === state.measure);
    const ranks = schoolmatch.facts.ranks[state.definition][state.phase][area(code).type];
    const own = ranks?.areas[code]?.[place];
    return own ? { rank: own, of: ranks.of[place] } : null;
  }

  // --- schools -----------------------------------------------------------------------------------------------------------------

  const schools = new Map(); // by id, of every file that has been loaded
  const partners = new Map(); // by definition and id of a school in need
  const organisations = new Map(); // likewise: a list, or where schools are not named how many there are

  async function loadSchools(authorities) {
    const files = await Promise.all(authorities.map((code) => load(`schools/${code}`)));
    for (const file of files) {
      for (const row of file.schools) {
        const school = Object.fromEntries(file.columns.map((name, place) => [name, row[place]]));
        if (!schools.has(school.id)) schools.set(school.id, school);
      }
      for (const [definition, ofNeed] of Object.entries(file.pairs)) {
        for (const [need, pairs] of Object.entries(ofNeed)) partners.set(`${definition} ${need}`, pairs);
      }
      for (const [definition, ofNeed] of Object.entries(file.organisations)) {
        for (const [need, near] of Object.entries(ofNeed)) organisations.set(`${definition} ${need}`, near);
      }
    }
  }

  const partnersOf = (state, id) => partners.get(`${state.definition} ${id}`) || [];
  const organisationsOf = (state, id) => organisations.get(`${state.definition} ${id}`) || [];

  const COLUMN_OF_TYPE = { region: "region", local_authority: "local_authority", constituency: "constituency" };

  // Schools of an area and phase with a status under the definition, of the files that are loaded.
  function schoolsOf(state, code, status) {
    const column = COLUMN_OF_TYPE[area(code).type];
    return [...schools.values()].filter((each) =>
      each[column] === code && each.phase === state.phase && each.status[state.definition] === status);
  }

  return {
    receive, load, ENGLAND, AREA_TYPES, area, areasOf, measure, figure, value, withheld, notAsked, legend, limits, countClasses, classOf, rank,
    loadSchools, schools, schoolsOf, partnersOf, organisationsOf,
  };
})();
