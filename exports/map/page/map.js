"use strict";
// The map itself, by MapLibre GL. It shows what the address says and reports clicks; figures and table do without it.

Object.assign(schoolmatch, (() => {
  const ENGLAND_BOX = [-6.45, 49.85, 1.8, 55.85];
  const NEAR = 8.5; // zoom from which the schools in view are shown
  const EARTH_M = 6_371_008.8;

  let map = null;
  let areasShown = null; // the type whose shapes are on the map
  let boxShown = null; // the area, or "school" and its id, that the map was last moved to
  let latest = null; // state and the promise of its schools
  let pointedCode = null;
  const root = document.documentElement;

  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const empty = () => ({ type: "FeatureCollection", features: [] });
  const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function startMap() {
    const script = document.createElement("script");
    script.src = "vendor/maplibre-gl.js";
    script.onload = create;
    script.onerror = () => give("The map could not be loaded. The table below has every figure.");
    document.head.append(script);
  }

  // Without a map the page goes on: the reason stands in its place.
  function give(sentence) {
    schoolmatch.byId("no-map").textContent = sentence;
    schoolmatch.byId("no-map").hidden = false;
    root.dataset.map = "none";
  }

  function create() {
    const { byId } = schoolmatch;
    try {
      map = new maplibregl.Map({
        container: "map",
        style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colour("map-ground") } }] },
        bounds: ENGLAND_BOX,
        fitBoundsOptions: { padding: 10 },
        attributionControl: false, // the licence stands below the page
        keyboard: false, // the canvas is hidden from screen readers; buttons, table and panel do what it does
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        renderWorldCopies: false,
        cooperativeGestures: matchMedia("(pointer: coarse)").matches, // one finger scrolls the page
        fadeDuration: 0,
        maxZoom: 15,
      });
    } catch {
      map = null;
      give("The map cannot be drawn in this browser (it needs WebGL). The table below has every figure.");
      return;
    }
    map.touchZoomRotate.disableRotation();
    map.getCanvas().setAttribute("tabindex", "-1");
    map.on("load", () => {
      addLayers();
      listen();
      root.dataset.map = "drawing";
      map.on("idle", () => { root.dataset.map = areasShown === latest.state.areas ? "drawn" : "drawing"; });
      drawMap(schoolmatch.state(), latest ? latest.schools : Promise.resolve());
    });
    byId("zoom-in").addEventListener("click", () => map.zoomIn({ animate: !isCalm() }));
    byId("zoom-out").addEventListener("click", () => map.zoomOut({ animate: !isCalm() }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  }

  // --- layers ------------------------------------------------------------------------------------------------------------------

  function addLayers() {
    for (const source of ["areas", "radius", "links", "schools"]) {
      map.addSource(source, { type: "geojson", data: empty(), ...(source === "areas" ? { promoteId: "code" } : {}) });
    }
    map.addLayer({ id: "areas", type: "fill", source: "areas" });
    map.addLayer({ id: "without", type: "fill", source: "areas", filter: ["in", ["get", "code"], ["literal", []]], paint: { "fill-pattern": "hatch" } });
    map.addLayer({ id: "borders", type: "line", source: "areas", paint: { "line-width": ["case", ["boolean", ["feature-state", "chosen"], false], 3, ["boolean", ["feature-state", "pointed"], false], 2.5, 0.6] } });
    map.addLayer({ id: "radius", type: "fill", source: "radius", paint: { "fill-opacity": 0.12 } });
    map.addLayer({ id: "radius-edge", type: "line", source: "radius", paint: { "line-width": 2, "line-dasharray": [3, 2] } });
    map.addLayer({ id: "links", type: "line", source: "links", paint: { "line-width": 1.5 } });
    const icon = ["case", ["==", ["get", "status"], "in_need"], "need", "high"];
    const size = ["interpolate", ["linear"], ["zoom"], 6, 0.5, 12, 1];
    const symbols = (id, more) => map.addLayer({
      id, type: "symbol", source: "schools", ...more,
      // those in need lie on top
      layout: { "icon-image": icon, "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["case", ["==", ["get", "status"], "in_need"], 1, 0] },
    });
    symbols("schools-in-view", { minzoom: NEAR, filter: ["!", ["get", "isWithin"]] });
    symbols("schools-within", { filter: ["get", "isWithin"] });
    map.addLayer({ id: "chosen-school", type: "circle", source: "schools", filter: ["==", ["get", "id"], -1], paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-width": 3 } });
    paint();
  }

  // Colours stand in the style sheet, light and dark; this puts them on the map.
  function paint() {
    if (!map?.getLayer("chosen-school")) return;
    for (const [name, draw] of [["hatch", hatch], ["need", triangle], ["high", disc]]) {
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, draw(), { pixelRatio: 2 });
    }
    map.setPaintProperty("ground", "background-color", colour("map-ground"));
    map.setPaintProperty("borders", "line-color", ["case", ["any", ["boolean", ["feature-state", "chosen"], false], ["boolean", ["feature-state", "pointed"], false]], colour("map-strong"), colour("map-line")]);
    for (const [layer, property] of [["radius", "fill-color"], ["radius-edge", "line-color"], ["links", "line-color"], ["chosen-school", "circle-stroke-color"]]) {
      map.setPaintProperty(layer, property, colour("map-strong"));
    }
    if (latest) fillColours(latest.state);
    root.dataset.scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function picture(size, draw) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    draw(context, size);
    return context.getImageData(0, 0, size, size);
  }

  const hatch = () => picture(16, (context, size) => {
    context.strokeStyle = colour("map-hatch");
    context.lineWidth = 2;
    for (const from of [-size, 0, size]) {
      context.beginPath();
      context.moveTo(from, size);
      context.lineTo(from + size, 0);
      context.stroke();
    }
  });

  const outlined = (context, fill) => {
    context.fillStyle = fill;
    context.strokeStyle = "#ffffff";
    context.lineWidth = 3;
    context.fill();
    context.stroke();
  };

  const triangle = () => picture(36, (context, size) => {
    context.beginPath();
    context.moveTo(size / 2, 4);
    context.lineTo(size - 4, size - 6);
    context.lineTo(4, size - 6);
    context.closePath();
    outlined(context, colour("need"));
  });

  const disc = () => picture(28, (context, size) => {
    context.beginPath();
    context.arc(size / 2, size / 2, size / 2 - 4, 0, 2 * Math.PI);
    outlined(context, colour("high"));
  });

  // --- what is drawn -----------------------------------------------------------------------------------------------------------

  function fillColours(state) {
    const { limits, countClasses, areasOf, classOf, value, ENGLAND } = schoolmatch;
    const count = countClasses(limits(state));
    const steps = ["match", ["coalesce", ["feature-state", "class"], -1]];
    for (let place = 0; place < count; place += 1) steps.push(place, colour(`class-${count}-${place}`));
    map.setPaintProperty("areas", "fill-color", count ? [...steps, colour("map-none")] : colour("map-none"));
    map.setPaintProperty("areas", "fill-opacity", state.area === ENGLAND ? 1 : 0.45);
    const without = [];
    for (const each of areasOf(state.areas)) {
      const place = classOf(state, value(state, each.code));
      if (place === null) without.push(each.code);
      map.setFeatureState({ source: "areas", id: each.code }, { class: place ?? -1, chosen: each.code === state.area, pointed: each.code === pointedCode });
    }
    map.setFilter("without", ["in", ["get", "code"], ["literal", without]]);
  }

  // Show a state; `schools` is the promise of those of the chosen area.
  async function drawMap(state, schools) {
    latest = { state, schools };
    if (!map?.getLayer("chosen-school")) return;
    root.dataset.map = "drawing";
    try {
      const shapes = await schoolmatch.load(state.areas);
      if (latest.state !== state) return;
      if (areasShown !== state.areas) {
        map.getSource("areas").setData(shapes.features);
        areasShown = state.areas;
      }
      fillColours(state);
      if (state.school === null) look(state);
      await schools;
      if (latest.state !== state) return;
      drawSchools(state);
    } catch (error) {
      schoolmatch.tell([error.message]);
    }
    map.triggerRepaint();
  }

  // Look at the chosen area, unless the map already does.
  function look(state) {
    const box = state.area === schoolmatch.ENGLAND ? ENGLAND_BOX : schoolmatch.facts.boxes[state.area];
    if (!box || boxShown === state.area) return;
    boxShown = state.area;
    map.fitBounds(box, { padding: 30, animate: !isCalm(), duration: 700, maxZoom: 13 });
  }

  function drawSchools(state) {
    const { schools, area, partnersOf } = schoolmatch;
    const type = area(state.area).type;
    const features = [];
    for (const school of schools.values()) {
      const status = school.status[state.definition];
      if (school.phase !== state.phase || school.longitude === null || (status !== "in_need" && status !== "high_performing")) continue;
      features.push({
        type: "Feature",
        geometry: { type: "Point", coordinates: [school.longitude, school.latitude] },
        properties: { id: school.id, status, isWithin: type !== "country" && school[type] === state.area },
      });
    }
    const chosen = state.school === null ? null : schools.get(state.school);
    const isDrawn = chosen && chosen.longitude !== null;
    const pairs = isDrawn && chosen.status[state.definition] === "in_need" ? partnersOf(state, chosen.id) : [];
    const near = new Set(pairs.map(([id]) => id));
    for (const feature of features) if (near.has(feature.properties.id)) feature.properties.isWithin = true; // across the border, too
    map.getSource("schools").setData({ type: "FeatureCollection", features });
    map.setFilter("chosen-school", ["==", ["get", "id"], isDrawn ? chosen.id : -1]);
    const hasRadius = isDrawn && chosen.can_be_placed[state.definition];
    const ring = hasRadius ? circle(chosen.longitude, chosen.latitude, chosen.search_radius_m) : null;
    map.getSource("radius").setData(ring ? { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } } : empty());
    map.getSource("links").setData({
      type: "FeatureCollection",
      features: pairs.map(([id]) => schools.get(id)).filter((each) => each.longitude !== null).map((each) => ({
        type: "Feature", properties: {},
        geometry: { type: "LineString", coordinates: [[chosen.longitude, chosen.latitude], [each.longitude, each.latitude]] },
      })),
    });
    const view = ring ? `school ${chosen.id}` : null;
    if (view && boxShown !== view) {
      boxShown = view;
      const [east, north] = [Math.max(...ring.map(([x]) => x)), Math.max(...ring.map(([, y]) => y))];
      map.fitBounds([2 * chosen.longitude - east, 2 * chosen.latitude - north, east, north], { padding: 30, animate: !isCalm(), duration: 700 });
    } else if (!view) look(state);
  }

  // A circle on the sphere, anticlockwise, as [longitude, latitude].
  function circle(longitude, latitude, metres) {
    const radians = Math.PI / 180;
    const [angle, up] = [metres / EARTH_M, latitude * radians];
    return Array.from({ length: 97 }, (_, step) => {
      const bearing = -2 * Math.PI * step / 96;
      const north = Math.asin(Math.sin(up) * Math.cos(angle) + Math.cos(up) * Math.sin(angle) * Math.cos(bearing));
      const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(up), Math.cos(angle) - Math.sin(up) * Math.sin(north));
      return [longitude + east / radians, north / radians];
    });
  }

  // --- what people do ----------------------------------------------------------------------------------------------------------

  function listen() {
    const { byId, point, go } = schoolmatch;
    const schoolAt = (event) => map.queryRenderedFeatures(event.point, { layers: ["schools-within", "schools-in-view"] })[0]?.properties.id;
    const areaAt = (event) => map.queryRenderedFeatures(event.point, { layers: ["areas"] })[0]?.properties.code ?? null;
    map.on("mousemove", (event) => {
      const [school, code] = [schoolAt(event), areaAt(event)];
      map.getCanvas().style.cursor = school !== undefined || code ? "pointer" : "";
      point(code);
      tip(event.point, school, code);
    });
    map.on("mouseout", () => { point(null); byId("tip").hidden = true; });
    map.on("click", (event) => {
      const school = schoolAt(event);
      if (school !== undefined) chooseSchool(school, areaAt(event));
      else if (areaAt(event)) go({ area: areaAt(event), school: null });
    });
    map.on("moveend", loadView);
  }

  // A school of another area than the chosen one takes that area along: its own, as the place of a school on a coast, or the middle of its
  // square, can lie in no area.
  function chooseSchool(id, code) {
    const { schools, state, go, area, ENGLAND } = schoolmatch;
    const { type } = area(state().area);
    const isWithin = state().area !== ENGLAND && schools.get(id)[type] === state().area;
    const own = schools.get(id)[state().areas] ?? code;
    go(isWithin || !own ? { school: id } : { area: own, school: id });
  }

  function tip(at, school, code) {
    const { byId, sentence, state, schools, schoolName } = schoolmatch;
    const box = byId("tip");
    box.hidden = school === undefined && !code;
    if (box.hidden) return;
    const status = { in_need: "in need", high_performing: "high-performing" };
    box.textContent = school === undefined ? sentence(state(), code) : `${schoolName(schools.get(school))}: ${status[schools.get(school).status[state().definition]]}`;
    const isRight = at.x > map.getContainer().clientWidth / 2;
    box.style.left = isRight ? "" : `${at.x + 14}px`;
    box.style.right = isRight ? `${map.getContainer().clientWidth - at.x + 14}px` : "";
    box.style.top = `${Math.max(4, at.y - 14)}px`;
  }

  function pointOnMap(code) {
    for (const each of [pointedCode, code]) {
      if (each && map?.getSource("areas")) map.setFeatureState({ source: "areas", id: each }, { pointed: each === code });
    }
    pointedCode = code;
  }

  // Near enough, the schools of every authority in view are fetched.
  async function loadView() {
    if (map.getZoom() < NEAR) return;
    const { facts, areasOf, loadSchools, state } = schoolmatch;
    const view = map.getBounds();
    const inView = areasOf("local_authority").filter(({ code }) => {
      const box = facts.boxes[code];
      return box && box[0] <= view.getEast() && box[2] >= view.getWest() && box[1] <= view.getNorth() && box[3] >= view.getSouth();
    });
    try {
      await loadSchools(inView.map(({ code }) => code));
    } catch (error) {
      schoolmatch.tell([error.message]);
      return;
    }
    drawSchools(state());
  }

  function showAll() {
    boxShown = null;
    if (map) look(schoolmatch.state());
  }

  return { startMap, drawMap, pointOnMap, showAll, map: () => map };
})());
