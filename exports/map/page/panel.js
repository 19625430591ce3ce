"use strict";
// The chosen area: its figures beside England's, what lies within it, its schools and, of a school, why and who is near.

Object.assign(schoolmatch, (() => {
  const GIAS = "https://get-information-schools.service.gov.uk/Establishments/Establishment/Details/";
  const OFSTED = "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS/";

  function renderTrail(state) {
    const { byId, element, area, go, ENGLAND } = schoolmatch;
    const steps = [ENGLAND];
    const chosen = area(state.area);
    if (chosen.type !== "country" && chosen.type !== "region" && chosen.region) steps.push(chosen.region);
    if (chosen.type !== "country") steps.push(chosen.code);
    byId("trail").replaceChildren(...steps.map((code, place) => element("li", {}, place === steps.length - 1
      ? element("span", { "aria-current": "page" }, area(code).name)
      : element("button", { type: "button", class: "link", onclick: () => go({ area: code, school: null }, "panel-title") }, area(code).name))));
  }

  function figures(state) {
    const { element, facts, area, value, shown, rank, ENGLAND } = schoolmatch;
    const isEngland = state.area === ENGLAND;
    return element(
      "table", { class: "figures" },
      element("caption", { class: "spoken" }, `Figures of ${area(state.area).name}`),
      element("thead", {}, element("tr", {}, element("td", {}), element("th", { scope: "col", class: "number" }, isEngland ? "England" : "Here"),
        ...(isEngland ? [] : [element("th", { scope: "col", class: "number" }, "Rank"), element("th", { scope: "col", class: "number" }, "England")]))),
      element("tbody", {}, ...facts.measures.map((of) => {
        const place = rank({ ...state, measure: of.name }, state.area);
        return element(
          "tr", { class: of.name === state.measure ? "here" : null },
          element("th", { scope: "row" }, of.heading),
          element("td", { class: "number" }, shown(of, value(state, state.area, of.name))),
          ...(isEngland ? [] : [
            element("td", { class: "number rank" }, place ? `${place.rank} of ${place.of}` : "–"),
            element("td", { class: "number" }, shown(of, value(state, ENGLAND, of.name))),
          ]),
        );
      })),
    );
  }

  function downloads(state) {
    const { element, area } = schoolmatch;
    const chosen = area(state.area);
    const books = [chosen, ...chosen.type === "constituency" ? chosen.authorities.map(area) : [], ...chosen.type === "country" || chosen.type === "region" ? [] : [area(chosen.region)]]
      .filter((each) => each?.workbook);
    return element("p", { class: "downloads" }, "Workbook (Excel): ", ...books.flatMap((each) => [
      element("a", { href: `../excel/${each.workbook}`, download: true }, each.name), " ",
    ]));
  }

  // What an area holds: a region its authorities, England its regions.
  function within(state) {
    const { element, area, areasOf, go, AREA_WORDS, ENGLAND } = schoolmatch;
    const chosen = area(state.area);
    const parts = chosen.code === ENGLAND ? areasOf("region") : chosen.type === "region" ? areasOf("local_authority").filter((each) => each.region === chosen.code) : [];
    if (!parts.length) return null;
    return element("details", {}, element("summary", {}, `${AREA_WORDS[parts[0].type][1]} in ${chosen.name} (${parts.length})`), element(
      "ul", { class: "parts" }, ...parts.map((each) => element("li", {}, element(
        "button", { type: "button", class: "link", onclick: () => go({ area: each.code, school: null }, "panel-title") }, each.name,
      ))),
    ));
  }

  // --- schools -----------------------------------------------------------------------------------------------------------------

  const settingWords = (code) => schoolmatch.facts.settings.find(([each]) => each === code)?.[1] ?? "setting not known";

  function nearWords(state, school) {
    const { number } = schoolmatch;
    if (!school.can_be_placed[state.definition]) return "cannot be placed, so who is near is not known";
    const count = school.partners[state.definition];
    if (count === null) return "who is near cannot be told";
    const within = `within ${number(school.search_radius_miles)} miles (${settingWords(school.setting)})`;
    return count ? `${number(count)} high-performing ${count === 1 ? "school" : "schools"} ${within}` : `no high-performing school ${within}`;
  }

  // `status`: a measure of the area, which says how many there are, and the status of the schools that are listed.
  function schoolList(state, title, status, list, words, isOpen) {
    const { element, go, schoolName, figure, number } = schoolmatch;
    const own = figure(state, state.area, status);
    const count = own === null ? `${number(list.length)} known` : number(own ?? 0); // null: withheld; undefined: none of the phase
    const sorted = [...list].sort((one, other) => (one.name ?? "").localeCompare(other.name ?? "") || one.id - other.id);
    return element("details", { open: isOpen }, element("summary", {}, `${title} (${count})`), element(
      "ul", { class: "schools" }, ...sorted.map((school) => element("li", {},
        element("button", { type: "button", class: "link", "data-school": school.id, "aria-current": school.id === state.school ? "true" : null, onclick: () => go({ school: school.id }, "school-title") }, schoolName(school)),
        words ? element("span", {}, `: ${words(school)}`) : null)),
    ));
  }

  // Where schools are not named, miles are whole ones between the squares in which they stand.
  function milesWords(miles) {
    const { facts, number } = schoolmatch;
    if (facts.isNamed) return `${number(miles, 1)} miles`;
    return miles ? `about ${number(miles)} ${miles === 1 ? "mile" : "miles"}` : "less than a mile";
  }

  function links(school) {
    const { element, facts } = schoolmatch;
    if (!facts.isNamed || facts.isSynthetic) return [];
    return [
      " ", element("a", { href: `${GIAS}${school.id}`, rel: "noreferrer", "aria-label": `${school.name} in Get Information About Schools` }, "GIAS"),
      " ", element("a", { href: `${OFSTED}${school.id}`, rel: "noreferrer", "aria-label": `${school.name} at Ofsted` }, "Ofsted"),
    ];
  }

  const whoRuns = ([name, kind], unknown) => kind === "not_known" ? unknown : kind === "local_authority" ? `${name} (local authority)` : name;

  const ownNeed = (inNeed) => `${inNeed === null ? "not known how many" : schoolmatch.number(inNeed)} in need itself`;

  function organisationWords(organisation) {
    const { number } = schoolmatch;
    const [, , partners, miles, inNeed, isOwn] = organisation;
    const many = partners === 1 ? `1 high-performing school, ${number(miles, 1)} miles` : `${number(partners)} high-performing schools, nearest ${number(miles, 1)} miles`;
    return `${whoRuns(organisation, "A trust that is not known")} – ${many}, ${ownNeed(inNeed)}${isOwn ? ", runs this school" : ""}`;
  }

  const FIRST_ORGANISATIONS = 5;

  // Who runs the schools near: the first of them by name, or where schools are not named only how many.
  function organisationList(state, school) {
    const { element, organisationsOf, number } = schoolmatch;
    const near = organisationsOf(state, school.id);
    const count = Array.isArray(near) ? near.length : near;
    if (!count) return [];
    if (near === count) return [element("p", { class: "organisations" }, `Trusts and authorities that run them: ${number(count)}.`)];
    const more = count - FIRST_ORGANISATIONS;
    return [
      element("p", {}, "Trusts and authorities near:"),
      element("ol", { class: "organisations" }, ...near.slice(0, FIRST_ORGANISATIONS).map((each) => element("li", {}, organisationWords(each)))),
      ...(more > 0 ? [element("p", {}, `and ${number(more)} more, which the workbook lists.`)] : []),
    ];
  }

  // What is told of a partner beside its miles: where schools are not named, nothing. Of its load only what there is, or that it is not known.
  function partnerWords(organisations, [, , alike, evidence, organisation, inNeed]) {
    const { facts, number } = schoolmatch;
    if (!facts.isNamed) return "";
    const own = organisations[organisation];
    const merits = [
      alike === null ? "not known how alike" : `alike ${number(alike)} of 100`,
      evidence === null ? "not known how strong the evidence is" : facts.evidence[evidence],
    ];
    const load = [
      own[1] === "school" || own[1] === "single_academy_trust" ? null : `run by ${whoRuns(own, "a trust that is not known")}`,
      own[4] === 0 ? null : ownNeed(own[4]),
      inNeed === null ? "not known how many it could serve" : inNeed > 1 ? `could serve ${number(inNeed)} schools in need` : null,
    ].filter(Boolean);
    return `, ${merits.join(", ")}${load.length ? `; ${load.join(", ")}` : ""}`;
  }

  function partnerList(state, school) {
    const { element, facts, schools, partnersOf, organisationsOf, schoolName, area } = schoolmatch;
    const pairs = partnersOf(state, school.id);
    if (!pairs.length) return [];
    return [
      facts.isNamed ? element("p", {}, "Its shortlist, by how near, how alike and how strong the evidence is; last those that differ in kind:") : null,
      element("ol", { class: "partners" }, ...pairs.map((pair) => {
        const [partner, miles, toldApart] = [schools.get(pair[0]), pair[1], pair[6]];
        return element("li", {}, schoolName(partner), toldApart ? element("strong", {}, ` (${toldApart})`) : null,
          ` – ${milesWords(miles)}${partnerWords(organisationsOf(state, school.id), pair)}`,
          partner.local_authority === school.local_authority ? null : `; in ${area(partner.local_authority)?.name}`, ...links(partner));
      })),
    ];
  }

  function schoolDetails(state, school) {
    const { element, facts, schoolName, area, go } = schoolmatch;
    const status = { in_need: "in need", high_performing: "high-performing", neither: "neither", not_asked: "not asked" }[school.status[state.definition]];
    const reasons = (school.reasons[state.definition] || []).map((code) => facts.reasons[state.definition][code] ?? code);
    return element(
      "div", { class: "school", id: "school" },
      element("h3", { id: "school-title", tabindex: "-1" }, schoolName(school)),
      element("p", {}, `${schoolmatch.capital(facts.phases[school.phase])}, ${settingWords(school.setting)}, ${area(school.local_authority)?.name ?? ""}${school.trust ? `, ${school.trust}` : ""}: ${status}.`, ...links(school)),
      school.facts.length ? element("ul", { class: "facts" }, ...facts.factLabels.map((label, place) => element("li", {}, `${label}: ${school.facts[place]}`))) : null,
      reasons.length ? element("ul", { class: "reasons" }, ...reasons.map((words) => element("li", {}, words))) : null,
      school.status[state.definition] === "in_need" ? element("p", {}, `${schoolmatch.capital(nearWords(state, school))}.`) : null,
      ...(school.status[state.definition] === "in_need" ? [...partnerList(state, school), ...organisationList(state, school)] : []),
      element("button", { type: "button", onclick: () => go({ school: null }, "panel-title") }, "Close this school"),
    );
  }

  // Resolves when the schools stand in the panel; one that was asked for later wins.
  let turn = 0;
  async function renderPanel(state) {
    const { byId, element, area, sentence, withheld, loadSchools, schoolsOf, schools, ENGLAND, tell, toggleCompared } = schoolmatch;
    turn += 1;
    const own = turn;
    const chosen = area(state.area);
    const isCompared = state.compare.includes(state.area);
    const place = element("div", { id: "schools", "aria-busy": state.area === ENGLAND ? null : "true" });
    byId("panel").replaceChildren(
      element("h2", { id: "panel-title", tabindex: "-1" }, chosen.name),
      element("p", {}, sentence(state, state.area)),
      ...withheld(state).map((each) => element("p", { class: "warning" }, `${each} The schools that are shown are those of which it is known.`)),
      figures(state),
      ...(state.area === ENGLAND ? [] : [element("p", {}, element("button", { type: "button", id: "compare-this", onclick: () => toggleCompared(state.area, "compare-this") }, isCompared ? "Take out of the comparison" : "Compare with other areas"))]),
      downloads(state),
      ...[within(state)].filter(Boolean),
      place,
    );
    if (state.area === ENGLAND) return;
    try {
      await loadSchools(chosen.authorities);
    } catch (error) {
      if (own !== turn) return;
      tell([error.message]);
      place.replaceChildren(element("p", {}, "The schools could not be loaded."));
      place.removeAttribute("aria-busy");
      return;
    }
    if (own !== turn) return;
    const school = state.school === null ? null : schools.get(state.school);
    if (state.school !== null && !school) tell([`No school ${state.school} is in need or high-performing in ${chosen.name}: it may have closed, moved or changed.`]);
    const inNeed = schoolsOf(state, state.area, "in_need");
    const high = schoolsOf(state, state.area, "high_performing");
    place.replaceChildren(
      ...(school ? [schoolDetails(state, school)] : []),
      schoolList(state, "Schools in need", "in_need", inNeed, (each) => nearWords(state, each), inNeed.length <= 60),
      schoolList(state, "High-performing schools", "high_performing", high, null, false),
    );
    place.removeAttribute("aria-busy");
  }

  return { renderTrail, renderPanel };
})());
