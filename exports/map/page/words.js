"use strict";
// How numbers, dates and schools are said, and how elements are made: always from text, never from HTML.

Object.assign(schoolmatch, (() => {
  const AREA_WORDS = {
    country: ["country", "Countries"],
    region: ["region", "Regions"],
    local_authority: ["local authority", "Local authorities"],
    constituency: ["constituency", "Constituencies"],
  };

  // An element with attributes (or properties such as onclick) and children; text stays text.
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, given] of Object.entries(attributes)) {
      if (given === null || given === undefined || given === false) continue;
      if (name.startsWith("on")) made[name] = given;
      else made.setAttribute(name, given === true ? "" : given);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  const byId = (id) => document.getElementById(id);

  // With so many decimals; without `decimals`, with those it has, `most` of them at most.
  function number(given, decimals = null, most = 1) {
    return given.toLocaleString("en-GB", { minimumFractionDigits: decimals ?? 0, maximumFractionDigits: decimals ?? most });
  }

  // A value of a measure, or in words why there is none.
  function shown(measure, given) {
    if (given === undefined) return "no schools of the phase";
    if (given === null) return schoolmatch.withheld(schoolmatch.state()).length ? "cannot be told" : measure.empty;
    if (measure.unit === "percent") return `${number(given, measure.decimals)}%`;
    return number(given, null, measure.decimals);
  }

  function day(text) {
    if (!text) return "no date";
    return new Date(`${text}T12:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  }

  // "20261122T094347Z" as a date.
  function published(stamp) {
    const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})T/.exec(stamp);
    return new Date(Date.UTC(+year, +month - 1, +date, 12));
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const definitionOf = (state) => schoolmatch.facts.definitions.find((each) => each.name === state.definition);
  const phaseWords = (state) => schoolmatch.facts.phases[state.phase];

  // Where an area stands, in a sentence: for the tip, the live line and the panel.
  function sentence(state, code) {
    const { area, measure, value, rank, ENGLAND } = schoolmatch;
    const of = measure(state.measure);
    const own = value(state, code);
    const schools = value(state, code, "schools");
    const place = rank(state, code);
    const parts = [`${area(code).name}: ${shown(of, own)}`];
    const inNeed = value(state, code, "in_need");
    const alone = value(state, code, "in_need_without_partner");
    if (own === null && of.not_shown_where && inNeed) parts.push(`${number(inNeed)} in need`, ...(alone === null ? [] : [`${number(alone)} without a partner`]));
    if (schools !== undefined) parts.push(`${number(schools)} ${schools === 1 ? "school" : "schools"}`);
    if (place) parts.push(`rank ${place.rank} of ${place.of}`);
    if (code !== ENGLAND) parts.push(`${of.is_of_those_in_need ? "all of England" : "England"} ${shown(of, value(state, ENGLAND))}`);
    return `${parts.join("; ")}.`;
  }

  const schoolName = (school) => school.name ?? `School ${school.id}`;

  return { AREA_WORDS, element, byId, number, shown, day, published, capital, definitionOf, phaseWords, sentence, schoolName };
})());
