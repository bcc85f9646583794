// Catchments: the streets by their nearest facility. Lines carry the seconds to it at each point, so
// that the page can cut them at any number of minutes.
"use strict";

(() => {
  const { UNIT_ZOOM, nearest, reader, unpack } = packedLines;
  const { CanvasTiles, card, popupRoom } = geoMap;

  function unpackKind({ lines, seconds, sites, ...rest }) {
    const packed = unpack(lines);
    const { step } = reader(seconds);
    const cost = new Float64Array(lines.points);
    for (let point = 0, held = 0; point < lines.points; point++) cost[point] = held += step();
    const siteOf = new Uint32Array(lines.lines);
    sites.reduce((line, [count], site) => siteOf.fill(site, line, line + count) && line + count, 0);
    return { packed, cost, siteOf, sites, ...rest };
  }

  function pathsOf({ packed, cost, siteOf, sites }, limit, colours, west, north, size, scale, margin) {
    const served = colours.map(() => new Path2D());
    const hole = new Path2D();
    const reach = margin / scale;
    const [left, top, right, bottom] = [west - reach, north - reach, west + size / scale + reach, north + size / scale + reach];
    const { box, xy, start } = packed;
    for (let line = 0; line < packed.lines; line++) {
      if (box[4 * line] > right || box[4 * line + 2] < left || box[4 * line + 1] > bottom || box[4 * line + 3] < top) continue;
      const near = served[sites[siteOf[line]][1]] || hole;
      let [lastX, lastY, lastCost, pen] = [0, 0, 0, null];
      for (let point = start[line]; point < start[line + 1]; point++) {
        const x = (xy[2 * point] - west) * scale;
        const y = (xy[2 * point + 1] - north) * scale;
        const seconds = cost[point];
        if (point > start[line]) {
          const before = lastCost > limit ? hole : near;
          const after = seconds > limit ? hole : near;
          // Far out most points say nothing that a pixel could show.
          if (before === after && point < start[line + 1] - 1 && Math.abs(x - lastX) + Math.abs(y - lastY) < 1) continue;
          if (pen !== before) before.moveTo(lastX, lastY);
          if (before !== after) {
            const share = (limit - lastCost) / (seconds - lastCost);
            const [cutX, cutY] = [lastX + share * (x - lastX), lastY + share * (y - lastY)];
            before.lineTo(cutX, cutY);
            after.moveTo(cutX, cutY);
          }
          after.lineTo(x, y);
          pen = after;
        }
        [lastX, lastY, lastCost] = [x, y, seconds];
      }
    }
    return { served, hole };
  }

  const CatchmentTiles = CanvasTiles.extend({
    paint(context, coords, size) {
      const { state, colours, hole } = this.options;
      const scale = 2 ** (coords.z - UNIT_ZOOM);
      const thick = Math.min(1.9, Math.max(0.42, 2 ** ((coords.z - 16) * 0.5)));
      const paths = pathsOf(state.kind, state.minutes * 60, colours, (coords.x * size) / scale, (coords.y * size) / scale, size, scale, 14);
      const stroke = (path, colour, width) => {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke(path);
      };
      colours.forEach((colour, place) => stroke(paths.served[place], colour, 3.2 * thick));
      if (coords.z >= 14) stroke(paths.hole, "#ffffff", 7.4 * thick);
      stroke(paths.hole, hole, (coords.z >= 14 ? 5 : 4) * thick);
    },
  });

  function placeOnLines({ packed, cost, siteOf }, at, most) {
    const found = nearest(packed, at, most);
    if (!found) return null;
    const { line, point, share, place } = found;
    return { site: siteOf[line], seconds: cost[point - 1] + share * (cost[point] - cost[point - 1]), place };
  }

  const CIRCLE = { pane: "ground", weight: 2, color: "#ffffff", fillOpacity: 1, interactive: false };

  function catchments(group, { minutes, colours, hole, far, labels, kinds }) {
    const section = document.querySelector("[data-layer=catchments]").closest("section");
    const radios = [...section.querySelectorAll("[type=radio]")];
    const [range, said] = [section.querySelector("[type=range]"), section.querySelector("output")];
    const ready = kinds.map(() => null);
    const state = { minutes, chosen: 0, kind: null };
    const tiles = new CatchmentTiles({ pane: "ground", state, colours, hole });
    const over = L.layerGroup();

    const kilometres = (metres) => `${(metres / 1000).toFixed(metres < 100000 ? 1 : 0).replace(/\B(?=(\d{3})+$)/g, ",")} km`;
    const percent = (part, whole) => `${((100 * part) / (whole || 1)).toFixed(1)} %`;
    function tell() {
      const { metres, beyond } = kinds[state.chosen];
      const far = beyond[state.minutes];
      const figures = section.querySelectorAll(".gm-keys .gm-figure");
      figures[0].textContent = `${kilometres(far)} · ${percent(far, metres)}`;
      figures[1].textContent = `${kilometres(metres - far)} · ${percent(metres - far, metres)}`;
      figures[2].textContent = kinds[state.chosen].worst ? kinds[state.chosen].worst[2] : "";
      said.textContent = state.minutes;
      radios.forEach((radio, place) => {
        const { metres: all, beyond: none } = kinds[place];
        radio.parentNode.querySelector(".gm-figure").textContent = percent(all - none[state.minutes], all);
      });
    }

    // Near by they stand around the facilities' marks; from afar marks are gathered, and they are dots.
    let circles = [];
    const fitCircles = () => circles.forEach((circle) => circle.setRadius(geoMap.map.getZoom() < 14 ? 6 : 20));

    function choose(place) {
      state.chosen = place;
      // A large city's lines take a moment to unpack, so that is done only for what is looked at.
      state.kind = ready[place] ||= unpackKind(kinds[place]);
      over.clearLayers();
      circles = state.kind.sites
        .filter(([, colour]) => colour >= 0)
        .map(([, colour, lat, lon]) => L.circleMarker([lat, lon], { ...CIRCLE, renderer: geoMap.ground, fillColor: colours[colour] }));
      circles.forEach((circle) => over.addLayer(circle));
      fitCircles();
      if (state.kind.worst) {
        const [lat, lon, away] = state.kind.worst;
        const icon = L.divIcon({ className: "gm-worst", iconSize: [16, 16], html: `<i class="gm-spot"></i><b>${away}</b>` });
        over.addLayer(L.marker([lat, lon], { icon, interactive: false, keyboard: false }));
      }
      tell();
    }

    function show({ latlng }) {
      if (geoMap.map.measuring) return;
      const scale = 2 ** (geoMap.map.getZoom() - UNIT_ZOOM);
      const found = placeOnLines(state.kind, L.CRS.EPSG3857.latLngToPoint(latlng, UNIT_ZOOM), 9 / scale);
      const [, , , , title, subtitle, kind, streets, farthest] = found ? state.kind.sites[found.site] : [];
      if (!title) return;
      const away = `${(found.seconds / 60).toFixed(1)} min${found.seconds > state.minutes * 60 ? ` · ${far}` : ""}`;
      const values = [kind, away, streets, farthest];
      L.popup(popupRoom()).setLatLng(found.place).setContent(card(title, subtitle, labels, values)).openOn(geoMap.map);
    }

    const tellAddress = () => document.dispatchEvent(new CustomEvent("gm:chosen"));
    geoMap.choices.set("reach", {
      written: () => (state.chosen || state.minutes !== minutes ? `${state.chosen}.${state.minutes}` : ""),
      choose(text) {
        const [, place, reach] = /^(\d+)\.(\d+)$/.exec(text) || [null, 0, minutes];
        if (Number(place) >= kinds.length || Number(reach) < 1 || Number(reach) > Number(range.max)) return;
        state.minutes = Number(reach);
        range.value = reach;
        radios[place].checked = true;
        Object.assign(state, { chosen: Number(place), kind: null });
        tell();
        if (!geoMap.map.hasLayer(group)) return;
        choose(state.chosen);
        tiles.repaint();
      },
    });

    radios.forEach((radio, place) =>
      radio.addEventListener("change", () => {
        choose(place);
        tiles.repaint();
        tellAddress();
      }),
    );
    let waiting = 0;
    range.addEventListener("input", () => {
      state.minutes = Number(range.value);
      tell();
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => tiles.repaint());
    });
    range.addEventListener("change", tellAddress);
    group.on("add", () => {
      if (!state.kind) choose(state.chosen);
      tiles.addTo(geoMap.map);
      over.addTo(geoMap.map);
      geoMap.map.on({ click: show, zoomend: fitCircles });
      fitCircles();
    });
    group.on("remove", () => {
      tiles.remove();
      over.remove();
      geoMap.map.off({ click: show, zoomend: fitCircles });
    });
    tell();
  }

  Object.assign(geoMap, { catchments });
})();
