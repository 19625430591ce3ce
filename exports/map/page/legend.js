"use strict";
// What the colours mean, in words and numbers, and where the hovered or chosen area stands among them.

Object.assign(schoolmatch, (() => {
  // "0", "0.5 to 6", "28 to 40": every value is a multiple of the measure's step, so a class ends a step before the next begins.
  function classWords(measure, of, place) {
    const { shown } = schoolmatch;
    const end = place + 2 === of.length ? of[place + 1] : of[place + 1] - measure.step;
    return end - of[place] < measure.step / 2 ? shown(measure, of[place]) : `${shown(measure, of[place])} to ${shown(measure, end)}`;
  }

  function renderLegend(state, pointed) {
    const { byId, element, measure, legend, limits, countClasses, classOf, value, areasOf, area, shown, withheld, notAsked, facts, AREA_WORDS, ENGLAND, number } = schoolmatch;
    const of = measure(state.measure);
    const ends = limits(state);
    const code = pointed || (state.area !== ENGLAND ? state.area : null);
    const stands = code ? classOf(state, value(state, code)) : undefined;
    const { counts, without_value: none, without_schools: noSchools } = legend(state);
    const items = [];
    const item = (kind, words, count, isHere) => element(
      "li", { class: isHere ? "here" : null },
      element("span", { class: `swatch ${kind}`, "aria-hidden": "true" }),
      element("span", {}, words),
      element("span", { class: "count" }, number(count), element("span", { class: "spoken" }, ` ${count === 1 ? AREA_WORDS[state.areas][0] : AREA_WORDS[state.areas][1].toLowerCase()}`)),
      isHere ? element("strong", { "aria-hidden": "true" }, "◀") : null,
    );
    for (let place = 0; place < countClasses(ends); place += 1) {
      items.push(item(`class-${place} of-${countClasses(ends)}`, classWords(of, ends, place), counts[place], stands === place));
    }
    if (none) items.push(item("none", shown(of, null), none, code && value(state, code) === null));
    if (noSchools) items.push(item("none", "no schools of the phase", noSchools, code && value(state, code) === undefined));
    const radii = facts.settings.map(([, words, miles]) => `${number(miles)} miles ${words}`).join(", ");
    byId("legend").replaceChildren(
      element("h3", {}, of.title),
      element("p", {}, of.sentence),
      ...[...withheld(state), ...notAsked(state)].map((sentence) => element("p", { class: "warning" }, sentence)),
      element("ul", { class: "classes" }, ...items),
      element("p", { id: "stands" }, code ? `◀ ${area(code).name}: ${shown(of, value(state, code))}` : ""),
      element(
        "ul", { class: "points" },
        element("li", {}, element("span", { class: "swatch need", "aria-hidden": "true" }), element("span", {}, "school in need")),
        element("li", {}, element("span", { class: "swatch high", "aria-hidden": "true" }), element("span", {}, "high-performing school")),
        element("li", {}, "shown where an area is chosen, or the map is near"),
      ),
      element("p", { class: "note" }, `In brackets: how many ${AREA_WORDS[state.areas][1].toLowerCase()}. Search radius: ${radii}, as the crow flies.`),
    );
    if (!facts.isNamed) byId("legend").append(element("p", { class: "note" }, "Schools are not named, and each is drawn in the middle of its square kilometre, so that several can stand in one place: the list beside the map has them all."));
    if (facts.fromCells[state.areas].length) {
      const which = facts.fromCells[state.areas].length === areasOf(state.areas).length ? "Areas are" : "Some areas are";
      byId("legend").append(element("p", { class: "note" }, `${which} drawn as the H3 cells in which their schools stand, since no boundaries of them have been landed.`));
    }
  }

  return { renderLegend };
})());
