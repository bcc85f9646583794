// What is seen, as files made here: the rows of layers that are shown, inside the window, not hidden.
"use strict";

geoMap.beside(({ map, groups, aside, held, plain, say }) => {
  // Signs with which a spreadsheet begins a formula, as in geo_service/export/spreadsheet.py.
  const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

  async function features() {
    const view = map.getBounds();
    const found = [];
    for (const [layer, group] of Object.entries(groups)) {
      const kept = held.get(group);
      if (!kept || !map.hasLayer(group)) continue;
      const labels = kept.labels.map(plain);
      for (const { geometry, title, subtitle, facts } of await kept.seen(view)) {
        const properties = { layer, title: plain(String(title)), subtitle: plain(String(subtitle)) };
        facts.forEach((value, place) => {
          if (value !== null) properties[labels[place]] = typeof value === "number" ? value : plain(value.replace(/<br>/g, "\n"));
        });
        const { lng, lat } = L.geoJSON(geometry).getBounds().getCenter();
        // A map across the 180th meridian counts longitudes on; files don't.
        const turn = 360 * Math.round(lng / 360);
        const wrapped = (part) => (Array.isArray(part[0]) ? part.map(wrapped) : [fixed(part[0] - turn), fixed(part[1])]);
        const centre = [lng - turn, lat].map((degrees) => degrees.toFixed(6));
        found.push({ type: "Feature", geometry: { ...geometry, coordinates: wrapped(geometry.coordinates) }, properties, centre });
      }
    }
    return found;
  }

  const fixed = (degrees) => Number(degrees.toFixed(6));
  const cell = (value) => {
    if (typeof value === "number") return String(value);
    const text = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };

  const WRITERS = {
    geojson: (seen) => JSON.stringify({ type: "FeatureCollection", features: seen.map(({ centre, ...feature }) => feature) }),
    csv: (seen) => {
      const columns = [...new Set(seen.flatMap(({ properties }) => Object.keys(properties)))];
      const lines = seen.map(({ properties, centre }) => [...columns.map((name) => cell(properties[name] ?? "")), ...centre]);
      // The mark at the beginning tells spreadsheets that it is UTF-8.
      return `\ufeff${[[...columns.map(cell), "lon", "lat"], ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
    },
  };
  const TYPES = { csv: "text/csv", geojson: "application/geo+json" };

  for (const button of aside.querySelectorAll("[data-download]"))
    button.addEventListener("click", async () => {
      const kind = button.dataset.download;
      const seen = await features();
      const address = URL.createObjectURL(new Blob([WRITERS[kind](seen)], { type: TYPES[kind] }));
      Object.assign(document.createElement("a"), { href: address, download: `map.${kind}` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      say(`${button.dataset.done} ${seen.length}`);
    });
});
