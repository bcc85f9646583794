// Tiles drawn in GCJ-02, moved so that each place lies where WGS-84 has it. The tiles are moved and
// not the data, so that whatever is measured, linked to or saved from the map stays WGS-84.
"use strict";

const gcjTiles = (() => {
  // The formula of geo_service/geometry/datum.py. A table of shifts made there would not do: the
  // series ripples three times a degree, so a table right to 1 m has two million rows for China.
  const [WEST, SOUTH, EAST, NORTH] = [72.004, 0.8293, 137.8347, 55.8271];
  const [AXIS, E2] = [6378245.0, 0.006693421622965943];
  const { PI, abs, cos, sin, sqrt } = Math;
  const degrees = 180 / PI;

  function displaced(lon, lat) {
    const [x, y] = [lon - 105, lat - 35];
    const [root, both] = [sqrt(abs(x)), x * y];
    const ripple = 20 * sin(6 * PI * x) + 20 * sin(2 * PI * x);
    let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * both + 0.1 * root;
    east += ((ripple + 20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3;
    east += ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3;
    let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * both + 0.2 * root;
    north += ((ripple + 20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3;
    north += ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3;
    const latitude = lat / degrees;
    const flattening = 1 - E2 * sin(latitude) ** 2;
    const normal = AXIS / sqrt(flattening);
    const meridian = (normal * (1 - E2)) / flattening;
    return [lon + (east / (normal * cos(latitude))) * degrees, lat + (north / meridian) * degrees];
  }
  const inside = (lon, lat) => lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH;

  // --- pixels of a zoom's whole world -----------------------------------------------------------
  const SIDE = 256;
  const toPixels = (lon, lat, world) => [
    (lon / 360 + 0.5) * world,
    (0.5 - Math.asinh(Math.tan(lat / degrees)) / (2 * PI)) * world,
  ];
  const toDegrees = (x, y, world) => [(x / world - 0.5) * 360, Math.atan(Math.sinh(PI * (1 - (2 * y) / world))) * degrees];

  // --- pieces -----------------------------------------------------------------------------------
  // The shift itself changes, by up to 5 m a kilometre: over a tile of zoom 15 that is half a pixel.
  // So a piece is moved, stretched and sheared as its own corners are, which leaves less than 1 m
  // from zoom 12 on and a sixth of a pixel before. Pieces end at the edge of China's box, where
  // the shift ends.
  const PIECE = 64;
  const cuts = (from, edges) => {
    const at = edges.map((edge) => Math.round(edge - from)).filter((cut) => cut > 0 && cut < SIDE);
    for (let cut = 0; cut <= SIDE; cut += PIECE) at.push(cut);
    return [...new Set(at)].sort((one, other) => one - other);
  };

  // Says for each piece of a tile where it lies in it, and which pixels of the provider's tiles,
  // counted from the north-west corner of the tile of the same name, lie under its corners.
  function pieces({ x, y, z }) {
    const world = SIDE * 2 ** z;
    const [left, top] = [x * SIDE, y * SIDE];
    const [west, north] = toPixels(WEST, NORTH, world);
    const [east, south] = toPixels(EAST, SOUTH, world);
    const under = (px, py) => {
      const [sx, sy] = toPixels(...displaced(...toDegrees(left + px, top + py, world)), world);
      return [sx - left, sy - top];
    };
    const same = (px, py) => [px, py];
    const [across, down] = [cuts(left, [west, east]), cuts(top, [north, south])];
    const found = [];
    for (let i = 1; i < across.length; i++)
      for (let j = 1; j < down.length; j++) {
        const [x0, x1, y0, y1] = [across[i - 1], across[i], down[j - 1], down[j]];
        const middle = toDegrees(left + (x0 + x1) / 2, top + (y0 + y1) / 2, world);
        const source = inside(...middle) ? under : same;
        const corners = [source(x0, y0), source(x1, y0), source(x0, y1), source(x1, y1)];
        found.push({ x0, y0, width: x1 - x0, height: y1 - y0, corners });
      }
    return found;
  }

  // From pixels of the provider's tiles to pixels of ours, by three corners of a piece.
  function placing({ x0, y0, width, height, corners: [[ox, oy], [rx, ry], [dx, dy]] }) {
    const [a, b, c, d] = [(rx - ox) / width, (ry - oy) / width, (dx - ox) / height, (dy - oy) / height];
    return new DOMMatrix([a, b, c, d, ox - a * x0 - c * y0, oy - b * x0 - d * y0]).inverse();
  }

  // --- tiles ------------------------------------------------------------------------------------
  const MOST_HELD = 200; // a tile of the provider's lies under up to four of ours
  const first = (places) => Math.floor(Math.min(...places) / SIDE);
  const last = (places) => Math.ceil(Math.max(...places) / SIDE) - 1;

  const Layer = L.GridLayer.extend({
    initialize(address, options) {
      L.setOptions(this, options);
      this._address = address;
      this._pictures = new Map();
    },

    createTile(coords, done) {
      const tile = L.DomUtil.create("canvas");
      this._draw(tile, coords).then(() => done(null, tile), (gone) => done(gone, tile));
      return tile;
    },

    async _draw(tile, coords) {
      const parts = pieces(coords);
      const places = parts.flatMap((piece) => piece.corners);
      const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
      const [left, top, right, bottom] = [first(xs), first(ys), last(xs), last(ys)];
      const wanted = [];
      for (let i = left; i <= right; i++) for (let j = top; j <= bottom; j++) wanted.push([i, j]);
      const pictures = await Promise.all(wanted.map(([i, j]) => this._picture(coords.x + i, coords.y + j, coords.z)));
      // First side by side, so that there are no seams where they meet.
      const sheet = L.DomUtil.create("canvas");
      [sheet.width, sheet.height] = [(right - left + 1) * SIDE, (bottom - top + 1) * SIDE];
      const laid = sheet.getContext("2d");
      wanted.forEach(([i, j], n) => pictures[n] && laid.drawImage(pictures[n], (i - left) * SIDE, (j - top) * SIDE, SIDE, SIDE));
      // A whole number: pieces must end between pixels, or there are seams.
      const sharp = window.devicePixelRatio > 1 ? 2 : 1;
      tile.width = tile.height = SIDE * sharp;
      const context = tile.getContext("2d");
      for (const piece of parts) {
        context.save();
        context.scale(sharp, sharp);
        context.beginPath();
        context.rect(piece.x0, piece.y0, piece.width, piece.height);
        context.clip();
        context.transform(...["a", "b", "c", "d", "e", "f"].map((name) => placing(piece)[name]));
        context.drawImage(sheet, left * SIDE, top * SIDE);
        context.restore();
      }
    },

    // A picture that is there, null beyond the poles; fails if it can't be had.
    _picture(column, y, z) {
      const count = 2 ** z;
      if (y < 0 || y >= count) return null;
      const x = ((column % count) + count) % count;
      const { subdomains, referrerPolicy } = this.options;
      const src = L.Util.template(this._address, { x, y, z, s: subdomains[(x + y) % subdomains.length] });
      if (!this._pictures.has(src)) {
        const picture = Object.assign(new Image(), { referrerPolicy, src });
        const there = picture.decode().then(() => picture);
        there.catch(() => this._pictures.delete(src));
        this._pictures.set(src, there);
        if (this._pictures.size > MOST_HELD) this._pictures.delete(this._pictures.keys().next().value);
      }
      return this._pictures.get(src);
    },
  });

  return { Layer, displaced, inside, pieces, placing };
})();
