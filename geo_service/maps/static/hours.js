// Riding by hour: cells coloured by the trips of the day and hour that are chosen.
"use strict";

(() => {
  const { card, held, plain, popupRoom } = geoMap;
  const { corners, unpack } = packedLines;
  const [DAY, ALL] = [25, 200]; // slots of a day, and of a cell: see week_slots in domain/slots.py
  const BEAT = 900; // ms an hour is shown while it plays
  const FEW = 1000; // cells that have a border each

  function unfolded(cells, { step, trips, again, passedStep, passes }) {
    const tables = [0, 1, 2].map(() => new Uint32Array(cells * ALL));
    const keys = [];
    step.reduce((last, each, row) => (keys[row] = last + each), 0);
    keys.forEach((key, row) => {
      tables[0][key] = trips[row];
      tables[1][key] = trips[row] - again[row];
    });
    passedStep.reduce((last, each, place) => {
      tables[2][keys[last + each]] = passes[place];
      return last + each;
    }, 0);
    return tables;
  }

  function barsOf(trips, chosen, { busiest }) {
    const most = Math.max(...trips);
    if (!most) return null;
    const rects = trips.map((count, hour) => {
      // An hour with trips is never drawn as one without.
      const tall = count ? Math.max(2, (count / most) * 30) : 0.6;
      return `<rect x="${hour * 6}" y="${32 - tall}" width="5" height="${tall}" class="${hour === chosen ? "gm-now" : ""}"/>`;
    });
    const at = trips.indexOf(most);
    const said = `${busiest} ${at}:00-${at + 1}:00 (${most})`;
    const signs = [0, 6, 12, 18].map((hour) => `<text x="${hour * 6}" y="42">${hour}</text>`);
    return `<svg class="gm-bars" viewBox="0 0 144 44" role="img" aria-label="${said}">${rects.join("")}${signs.join("")}</svg><br>${said}`;
  }

  function hours(group, data) {
    const { lines, titles, colours, empty, limits, labels, byHour, days, allHours } = data;
    const section = document.querySelector("[data-layer=hours]").closest("section");
    const radios = [...section.querySelectorAll("[type=radio]")];
    const [range, said] = [section.querySelector("[type=range]"), section.querySelector("output")];
    const button = section.querySelector(".gm-play");
    const kinds = [...section.querySelectorAll("[data-kind]")];
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const state = { day: 0, hour: -1, cells: null, tables: null, opened: null };

    const slot = () => DAY * state.day + 1 + state.hour;
    const kind = () => 2 * (state.day > 0) + (state.hour >= 0);
    const hourSaid = () => (state.hour < 0 ? allHours : `${state.hour}:00-${state.hour + 1}:00`);
    const slotSaid = () => `${days[state.day]} ${hourSaid()}`;
    const figuresOf = (cell) => state.tables.map((table) => table[cell * ALL + slot()]);

    function contentOf(cell) {
      const trips = [...Array(24).keys()].map((hour) => state.tables[0][cell * ALL + DAY * state.day + 1 + hour]);
      const values = [slotSaid(), ...figuresOf(cell), barsOf(trips, state.hour, data)];
      return card(titles[cell], "", [...labels, byHour], values);
    }

    function ready() {
      if (state.cells) return;
      state.tables = unfolded(titles.length, data.figures);
      const packed = unpack(lines);
      // Many are drawn anew at each step, and a border is half the work.
      const look = { renderer: geoMap.ground, pane: "ground", stroke: titles.length <= FEW, weight: 1, color: "#ffffff", opacity: 0.9 };
      state.cells = titles.map((_, cell) => {
        const drawn = L.polygon(corners(packed, cell), look);
        drawn.bindPopup(() => contentOf(cell), popupRoom());
        return drawn;
      });
      paint();
      state.cells.forEach((cell) => group.addLayer(cell));
    }

    function paint() {
      const of = limits[kind()];
      const shades = colours.slice(-of.length);
      state.cells.forEach((cell, place) => {
        const trips = state.tables[0][place * ALL + slot()];
        const step = of.reduce((last, limit, at) => (trips >= limit ? at : last), -1);
        const fillColor = step < 0 ? empty : shades[step];
        if (cell.options.fillColor === fillColor) return;
        cell.setStyle({ fillColor, fillOpacity: step < 0 ? 0.3 : 0.75 });
      });
      state.opened?.update();
    }

    function tell() {
      radios[state.day].checked = true;
      range.value = state.hour;
      range.setAttribute("aria-valuetext", plain(slotSaid()));
      said.textContent = plain(hourSaid());
      kinds.forEach((each, place) => (each.hidden = place !== kind()));
    }

    function choose(day, hour) {
      Object.assign(state, { day, hour });
      tell();
      if (state.cells) paint();
      document.dispatchEvent(new CustomEvent("gm:chosen"));
    }

    // --- hour by hour ---------------------------------------------------------------------------
    let beat = 0;
    const next = () => choose(state.day, state.hour >= 23 ? 0 : state.hour + 1);
    const label = () => {
      button.textContent = button.dataset[beat ? "pause" : still.matches ? "step" : "play"];
    };
    function stop() {
      clearInterval(beat);
      beat = 0;
      label();
    }
    function play() {
      next();
      // Who wants no motion goes on by hand.
      if (still.matches || state.hour >= 23) return;
      beat = setInterval(() => {
        next();
        if (state.hour >= 23) stop();
      }, BEAT);
      label();
    }
    button.addEventListener("click", () => (beat ? stop() : play()));
    still.addEventListener("change", stop);
    label();

    radios.forEach((radio, day) =>
      radio.addEventListener("change", () => choose(day, state.hour)),
    );
    range.addEventListener("input", () => {
      stop();
      choose(state.day, Number(range.value));
    });
    group.on({
      add: ready,
      remove: stop,
      popupopen: ({ popup }) => (state.opened = popup),
      popupclose: () => (state.opened = null),
    });
    geoMap.choices.set("slot", {
      written: () => (slot() ? `${state.day}${state.hour < 0 ? "" : `.${state.hour}`}` : ""),
      choose(text) {
        const [, day, hour = "-1"] = /^([0-7])(?:\.(1?\d|2[0-3]))?$/.exec(text) || [null, "0"];
        stop();
        choose(Number(day), Number(hour));
      },
    });
    const seen = async (view) => {
      ready();
      return titles
        .map((title, cell) => ({ cell, title, subtitle: "", facts: [slotSaid(), ...figuresOf(cell)] }))
        .filter(({ cell }) => figuresOf(cell).some(Boolean) && view.intersects(state.cells[cell].getBounds()))
        .map(({ cell, ...told }) => ({ geometry: state.cells[cell].toGeoJSON(6).geometry, ...told }));
    };
    held.set(group, { labels, seen });
    tell();
  }

  Object.assign(geoMap, { hours });
})();
