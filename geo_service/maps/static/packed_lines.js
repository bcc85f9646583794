// Lines as the page holds them: steps in few bytes, pixels at one zoom; see geo_service/maps/packing.py.
"use strict";

const packedLines = (() => {
  const UNIT_ZOOM = 18; // packed lines are pixels at this zoom

  function reader(text) {
    const raw = atob(text);
    let at = 0;
    const number = () => {
      let [value, scale, byte] = [0, 1, 0];
      do {
        byte = raw.charCodeAt(at++);
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte & 128);
      return value;
    };
    const step = () => {
      const folded = number();
      return folded % 2 ? -(folded + 1) / 2 : folded / 2;
    };
    return { number, step };
  }

  function unpack({ lines, points, grain, text }) {
    const xy = new Float64Array(2 * points);
    const start = new Uint32Array(lines + 1);
    const box = new Float64Array(4 * lines);
    const { number, step } = reader(text);
    let [x, y] = [0, 0];
    for (let line = 0, point = 0; line < lines; line++) {
      const bounds = [Infinity, Infinity, -Infinity, -Infinity];
      for (let left = number(); left > 0; left--, point++) {
        xy[2 * point] = x += grain * step();
        xy[2 * point + 1] = y += grain * step();
        bounds[0] = Math.min(bounds[0], x);
        bounds[1] = Math.min(bounds[1], y);
        bounds[2] = Math.max(bounds[2], x);
        bounds[3] = Math.max(bounds[3], y);
      }
      box.set(bounds, 4 * line);
      start[line + 1] = point;
    }
    return { lines, xy, start, box };
  }

  const corners = (packed, line) => {
    const found = [];
    for (let point = packed.start[line]; point < packed.start[line + 1]; point++) {
      const pixel = L.point(packed.xy[2 * point], packed.xy[2 * point + 1]);
      found.push(L.CRS.EPSG3857.pointToLatLng(pixel, UNIT_ZOOM));
    }
    return found;
  };

  // The spot on the lines that is nearest to a pixel, not farther than some; null: there is none.
  function nearest({ lines, box, xy, start }, at, most) {
    let best = null;
    for (let line = 0; line < lines; line++) {
      if (box[4 * line] > at.x + most || box[4 * line + 2] < at.x - most || box[4 * line + 1] > at.y + most || box[4 * line + 3] < at.y - most) continue;
      for (let point = start[line] + 1; point < start[line + 1]; point++) {
        const [x, y] = [xy[2 * point - 2], xy[2 * point - 1]];
        const [dx, dy] = [xy[2 * point] - x, xy[2 * point + 1] - y];
        const square = dx * dx + dy * dy;
        const share = square ? Math.min(1, Math.max(0, ((at.x - x) * dx + (at.y - y) * dy) / square)) : 0;
        const [spotX, spotY] = [x + share * dx, y + share * dy];
        const off = Math.hypot(at.x - spotX, at.y - spotY);
        if (off > most) continue;
        most = off;
        best = { line, point, share, place: L.CRS.EPSG3857.pointToLatLng(L.point(spotX, spotY), UNIT_ZOOM) };
      }
    }
    return best;
  }

  return { UNIT_ZOOM, reader, unpack, corners, nearest };
})();
