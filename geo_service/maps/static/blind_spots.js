// Streets that nobody rode: dashes, tile by tile, with a card for the stretch that is clicked.
"use strict";

(() => {
  const { UNIT_ZOOM, corners, nearest, reader, unpack } = packedLines;
  const { CanvasTiles, card, held, pathOf, popupRoom } = geoMap;

  const BlindTiles = CanvasTiles.extend({
    paint(context, coords, size) {
      const { state, colour } = this.options;
      const scale = 2 ** (coords.z - UNIT_ZOOM);
      const path = pathOf(state.packed, (coords.x * size) / scale, (coords.y * size) / scale, size, scale, 14);
      const width = Math.min(4, Math.max(0.8, 2.6 * 2 ** ((coords.z - 16) * 0.5)));
      context.lineCap = "butt";
      if (coords.z >= 14) {
        context.strokeStyle = "rgba(255,255,255,.9)";
        context.lineWidth = width + 2.4;
        context.stroke(path);
        context.setLineDash([3 * width, 2 * width]);
      }
      // From afar a dash is too short to be seen, and many lines make a dark ground.
      else context.globalAlpha = 0.8;
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke(path);
    },
  });

  function unpackStretches({ lines, streets, metres, issues }) {
    const packed = unpack(lines);
    const { step } = reader(metres);
    const long = new Float64Array(lines.lines);
    for (let line = 0, last = 0; line < lines.lines; line++) long[line] = last += step();
    const streetOf = new Uint32Array(lines.lines);
    streets.reduce((line, [count], street) => streetOf.fill(street, line, line + count) && line + count, 0);
    return { packed, long, streetOf, issuesOn: new Map(issues) };
  }

  const length = (metres) => (metres < 1000 ? `${metres} m` : `${(metres / 1000).toFixed(1)} km`);

  function blindSpots(group, data) {
    const { colour, labels, streets } = data;
    const state = {};
    // A large city's lines take a moment to unpack, so that is done when they are looked at.
    const ready = () => state.packed || Object.assign(state, unpackStretches(data));
    // Dashes lie over cells, which are drawn on the same ground.
    const tiles = new BlindTiles({ pane: "ground", zIndex: 150, state, colour });
    const factsOf = (line) => [streets[state.streetOf[line]][3], length(state.long[line]), state.issuesOn.get(line) || 0];

    function show({ latlng }) {
      if (geoMap.map.measuring) return;
      const scale = 2 ** (geoMap.map.getZoom() - UNIT_ZOOM);
      const found = nearest(state.packed, L.CRS.EPSG3857.latLngToPoint(latlng, UNIT_ZOOM), 9 / scale);
      if (!found) return;
      const [, title, subtitle] = streets[state.streetOf[found.line]];
      L.popup(popupRoom()).setLatLng(found.place).setContent(card(title, subtitle, labels, factsOf(found.line))).openOn(geoMap.map);
    }

    group.on("add", () => {
      ready();
      tiles.addTo(geoMap.map);
      geoMap.map.on("click", show);
    });
    group.on("remove", () => {
      tiles.remove();
      geoMap.map.off("click", show);
    });
    async function seen(view) {
      ready();
      const found = [];
      for (let line = 0; line < state.packed.lines; line++) {
        const drawn = L.polyline(corners(state.packed, line));
        if (!view.intersects(drawn.getBounds())) continue;
        const [, title] = streets[state.streetOf[line]];
        found.push({ geometry: drawn.toGeoJSON(6).geometry, title, subtitle: "", facts: factsOf(line) });
      }
      return found;
    }
    held.set(group, { labels, seen });
  }

  Object.assign(geoMap, { blindSpots });
})();
