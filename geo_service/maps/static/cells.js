// Cells, each with a card.
"use strict";

(() => {
  const { card, held, popupRoom } = geoMap;
  const { corners, unpack } = packedLines;
  const CELL = { weight: 1, color: "#ffffff", opacity: 0.9 };
  const RINGED = { weight: 3, color: "#1c1f22", opacity: 1 };

  // Of the rows the last ``ringed`` have a strong outline, and lie on top.
  function cells(group, { lines, colours, labels, rows, ringed = 0 }) {
    const packed = unpack(lines);
    const all = rows.map(([step, strong, title, ...values], line) => {
      const outline = line < rows.length - ringed ? CELL : RINGED;
      const drawn = L.polygon(corners(packed, line), { renderer: geoMap.ground, pane: "ground", ...outline, fillColor: colours[step], fillOpacity: strong ? 0.72 : 0.42 });
      drawn.bindPopup(() => card(title, "", labels, values), popupRoom());
      group.addLayer(drawn);
      return drawn;
    });
    const seen = async (view) =>
      rows
        .map(([, , title, ...facts], row) => ({ drawn: all[row], title, subtitle: "", facts }))
        .filter(({ drawn }) => view.intersects(drawn.getBounds()))
        .map(({ drawn, ...told }) => ({ geometry: drawn.toGeoJSON(6).geometry, ...told }));
    held.set(group, { labels, seen });
  }

  Object.assign(geoMap, { cells });
})();
