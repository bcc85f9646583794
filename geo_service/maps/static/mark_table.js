// The marks of a layer as columns, and their cards, which may have to be asked for; see
// geo_service/maps/mark_table.py and cards.py.
"use strict";

const markTable = (() => {
  const DEGREE = 1e6;
  const LATEST = 85.0511287798; // degrees: the web map's square ends there

  function degrees(text, count) {
    const { step } = packedLines.reader(text);
    const found = new Float64Array(count);
    for (let row = 0, at = 0; row < count; row++) found[row] = (at += step()) / DEGREE;
    return found;
  }
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  // Where the marks lie in the web map's square, both from 0 to 1 and on across the 180th meridian.
  function squared(lat, lon) {
    const [x, y] = [new Float64Array(lat.length), new Float64Array(lat.length)];
    for (let row = 0; row < lat.length; row++) {
      const sine = Math.sin((Math.max(-LATEST, Math.min(LATEST, lat[row])) * Math.PI) / 180);
      x[row] = lon[row] / 360 + 0.5;
      y[row] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    }
    return { x, y };
  }

  // Cards come in chunks: one that the page holds, or many that it asks for when they are needed.
  function cardsOf({ rows, size = rows.length || 1, chunks = [null] }) {
    const here = chunks.map(() => rows || null);
    const coming = new Map();
    async function ask(place) {
      here[place] = await geoMap.asked(chunks[place]);
      return here[place];
    }
    async function chunk(place) {
      if (here[place]) return here[place];
      if (!coming.has(place)) coming.set(place, ask(place).finally(() => coming.delete(place)));
      return coming.get(place);
    }
    return {
      size,
      chunk,
      chunks: chunks.length,
      now: (row) => (here[Math.floor(row / size)] || [])[row % size],
      of: async (row) => (await chunk(Math.floor(row / size)))[row % size],
    };
  }

  function places({ count, lat, lon, tags }) {
    const [north, east] = [degrees(lat, count), degrees(lon, count)];
    return { count, lat: north, lon: east, ...squared(north, east), tags: tags.map(bytes) };
  }
  const unpack = ({ style, look, cards, ...where }) => ({ ...places(where), style: bytes(style), look: bytes(look), cards: cardsOf(cards) });

  // The rows inside a view that are not hidden.
  function inside({ count, lat, lon }, bounds, shown) {
    const [south, west, north, east] = [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()];
    const found = [];
    for (let row = 0; row < count; row++)
      if ((!shown || shown[row]) && lat[row] >= south && lat[row] <= north && lon[row] >= west && lon[row] <= east) found.push(row);
    return found;
  }

  return { places, unpack, cardsOf, inside };
})();
