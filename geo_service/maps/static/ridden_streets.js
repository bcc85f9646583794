// Streets by how many trips ride them, tile by tile, with a card for the one that is clicked.
"use strict";

(() => {
  const { UNIT_ZOOM, corners, nearest, unpack } = packedLines;
  const { CanvasTiles, card, held, pathOf, popupRoom } = geoMap;

  const RiddenTiles = CanvasTiles.extend({
    paint(context, coords, size) {
      const { state, colours } = this.options;
      const scale = 2 ** (coords.z - UNIT_ZOOM);
      // From afar only as wide as lets one tell the streets apart.
      const thick = Math.min(1, Math.max(0.4, 2 ** ((coords.z - 15) * 0.5)));
      state.packed.forEach((packed, step) => {
        context.strokeStyle = colours[step];
        context.lineWidth = (1.6 + 0.9 * step) * thick;
        context.stroke(pathOf(packed, (coords.x * size) / scale, (coords.y * size) / scale, size, scale, 14));
      });
    },
  });

  function riddenStreets(group, { lines, colours, labels, cards: told }) {
    const state = { packed: [] };
    const cards = markTable.cardsOf(told);
    // A large city's lines take a moment to unpack, so that is done when they are looked at.
    const ready = () => state.packed.length || (state.packed = lines.map(unpack));
    const before = (step) => lines.slice(0, step).reduce((sum, one) => sum + one.lines, 0);
    const tiles = new RiddenTiles({ pane: "ground", state, colours });
    const written = (values) => (values ? card(values[0], values[1], labels, values.slice(2)) : card(values === null ? told.bare : "…", "", [], []));

    async function show({ latlng }) {
      if (geoMap.map.measuring) return;
      const scale = 2 ** (geoMap.map.getZoom() - UNIT_ZOOM);
      const at = L.CRS.EPSG3857.latLngToPoint(latlng, UNIT_ZOOM);
      // Of streets that lie on each other the one on top.
      for (let step = lines.length - 1; step >= 0; step--) {
        const found = nearest(state.packed[step], at, 7 / scale);
        if (!found) continue;
        const row = before(step) + found.line;
        const popup = L.popup(popupRoom()).setLatLng(found.place).setContent(written(cards.now(row))).openOn(geoMap.map);
        if (cards.now(row) === undefined) popup.setContent(written(await cards.of(row).catch(() => null)));
        return;
      }
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
      for (const [step, packed] of state.packed.entries())
        for (let line = 0; line < packed.lines; line++) {
          const drawn = L.polyline(corners(packed, line));
          if (!view.intersects(drawn.getBounds())) continue;
          const [title, subtitle, ...facts] = (await cards.of(before(step) + line)) || ["", ""];
          found.push({ geometry: drawn.toGeoJSON(6).geometry, title, subtitle, facts });
        }
      return found;
    }
    held.set(group, { labels, seen });
  }

  Object.assign(geoMap, { riddenStreets });
})();
