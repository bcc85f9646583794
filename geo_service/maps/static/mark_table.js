// The marks of a layer as columns, and their cards, which may have to be asked for; see
// geo_service/maps/mark_table.py and cards.py.
"use strict";

const markTable = (() => {
  const DEGREE = 1e6;
  const ROWS_OF_SQUARES = 2 ** 24; // more than there are at any zoom
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

  // Neighbouring rows as heaps: how many, how many of them solid, and where, by squares of the zoom.
  function heaps({ x, y, lat, lon, look }, rows, side, solidLooks) {
    const found = new Map();
    for (const row of rows) {
      const key = Math.floor(x[row] / side) * ROWS_OF_SQUARES + Math.floor(y[row] / side);
      let heap = found.get(key);
      if (!heap) found.set(key, (heap = { key, rows: 0, solid: 0, lat: 0, lon: 0, first: row, south: 90, west: Infinity, north: -90, east: -Infinity }));
      heap.rows += 1;
      heap.solid += solidLooks[look[row]];
      heap.lat += lat[row];
      heap.lon += lon[row];
      heap.south = Math.min(heap.south, lat[row]);
      heap.north = Math.max(heap.north, lat[row]);
      heap.west = Math.min(heap.west, lon[row]);
      heap.east = Math.max(heap.east, lon[row]);
    }
    return [...found.values()];
  }

  return { places, unpack, cardsOf, inside, heaps };
})();
