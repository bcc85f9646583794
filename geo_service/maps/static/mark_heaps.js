// Marks too many to be shown one by one are gathered into heaps, by squares of the map.
"use strict";

const markHeaps = (() => {
  const ROWS_OF_SQUARES = 2 ** 24; // more than there are at any zoom

  // Neighbouring rows as heaps: how many, how many of them solid, and where. Squares have a side of
  // the map's, and begin some part of it further on, so that heaps of two layers lie beside each other.
  function gather({ x, y, lat, lon, look }, rows, side, shift, solidLooks) {
    const found = new Map();
    for (const row of rows) {
      const key = Math.floor(x[row] / side + shift) * ROWS_OF_SQUARES + Math.floor(y[row] / side + shift);
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

  return { gather };
})();
