"use strict";
// Find an area by its name and, where schools are named, a school by its name or URN.

Object.assign(schoolmatch, (() => {
  let options = null; // by what is shown in the list

  function prepare() {
    const { byId, element, facts, areasOf, AREA_TYPES, AREA_WORDS } = schoolmatch;
    options = new Map();
    for (const type of AREA_TYPES) {
      for (const each of areasOf(type)) options.set(`${each.name} (${AREA_WORDS[type][0]})`, { area: each.code, school: null });
    }
    byId("found").replaceChildren(...[...options.keys()].map((words) => element("option", { value: words })));
    if (facts.isNamed) {
      byId("sought-label").firstChild.textContent = "Find an area or a school ";
      byId("sought").addEventListener("focus", addSchools, { once: true }); // not before somebody searches
    }
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      find(byId("sought").value);
    });
    byId("sought").addEventListener("input", (event) => {
      if (options.has(event.target.value)) find(event.target.value); // chosen from the list
    });
  }

  async function addSchools() {
    const { load, byId, element, tell } = schoolmatch;
    try {
      const { schools } = await load("names");
      const added = [];
      for (const [urn, name, authority, where] of schools) {
        const words = `${name}, ${where} (${urn})`;
        options.set(words, { area: authority, school: urn });
        added.push(element("option", { value: words }));
      }
      byId("found").append(...added);
    } catch (error) {
      tell([error.message]);
    }
  }

  function find(text) {
    const { go, tell } = schoolmatch;
    const sought = text.trim().toLowerCase();
    if (!sought) return tell(["Write the name of an area, then choose “Show”."]);
    const all = [...options.keys()];
    const candidates = [
      all.filter((words) => words.toLowerCase() === sought),
      all.filter((words) => words.toLowerCase().replace(/ \([^)]*\)$/, "") === sought),
      all.filter((words) => words.toLowerCase().includes(sought)),
    ].find((each) => each.length) || [];
    // one name may be that of a local authority and of a constituency: the first in the order of the list
    const isSame = new Set(candidates.map((words) => words.replace(/ \([^)]*\)$/, ""))).size === 1;
    if (candidates.length === 1 || (candidates.length && isSame)) {
      go(options.get(candidates[0]));
      return tell(candidates.length > 1 ? [`There is also ${candidates.slice(1).join(" and ")}.`] : []);
    }
    if (!candidates.length) return tell([`Nothing here is called “${text.trim()}”.`]);
    const few = candidates.slice(0, 8);
    return tell([`“${text.trim()}” is in ${candidates.length} names: ${few.join("; ")}${candidates.length > few.length ? "; and more" : ""}. Write more of one.`]);
  }

  return { prepareSearch: prepare };
})());
