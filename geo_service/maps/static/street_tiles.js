// The workspace's own streets as the quiet ground, drawn tile by tile.
"use strict";

(() => {
  const { UNIT_ZOOM, unpack } = packedLines;
  const DRAWN = {
    // [casing colour, casing px, fill colour, fill px] at zoom 16
    path: [null, 0, "#d3d2cb", 1.1],
    lane: ["#d9d8d1", 4.4, "#ffffff", 3],
    street: ["#d0cec6", 6, "#ffffff", 4.4],
    main: ["#c6c3b8", 8.4, "#fffdf6", 6.4],
  };

  function pathOf(packed, west, north, size, scale, margin) {
    const path = new Path2D();
    const reach = margin / scale;
    const [left, top, right, bottom] = [west - reach, north - reach, west + size / scale + reach, north + size / scale + reach];
    const { box, xy, start } = packed;
    for (let line = 0; line < packed.lines; line++) {
      if (box[4 * line] > right || box[4 * line + 2] < left || box[4 * line + 1] > bottom || box[4 * line + 3] < top) continue;
      let [lastX, lastY] = [Infinity, Infinity];
      for (let point = start[line]; point < start[line + 1]; point++) {
        const x = (xy[2 * point] - west) * scale;
        const y = (xy[2 * point + 1] - north) * scale;
        const first = point === start[line];
        if (!first && point < start[line + 1] - 1 && Math.abs(x - lastX) + Math.abs(y - lastY) < 1) continue;
        if (first) path.moveTo(x, y);
        else path.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
    }
    return path;
  }

  function placedNames(names, zoom, context) {
    const scale = 2 ** (zoom - UNIT_ZOOM);
    const taken = new Map();
    const placed = [];
    const CELL = 160;
    for (const [x, y, angle, room, text] of names) {
      const width = context.measureText(text).width;
      if (width > room * scale * 0.92) continue;
      const turn = (angle * Math.PI) / 180;
      const half = {
        x: (Math.abs(Math.cos(turn)) * width) / 2 + 8,
        y: (Math.abs(Math.sin(turn)) * width) / 2 + 10,
      };
      const here = { x: x * scale, y: y * scale, half, turn, text };
      const near = [];
      for (let i = -2; i <= 2; i++)
        for (let j = -2; j <= 2; j++)
          near.push(...(taken.get(`${Math.floor(here.x / CELL) + i}/${Math.floor(here.y / CELL) + j}`) || []));
      const clash = near.some((other) => {
        const across = Math.abs(other.x - here.x);
        const down = Math.abs(other.y - here.y);
        return other.text === text ? across + down < 300 : across < other.half.x + half.x && down < other.half.y + half.y;
      });
      if (clash) continue;
      const cell = `${Math.floor(here.x / CELL)}/${Math.floor(here.y / CELL)}`;
      taken.set(cell, [...(taken.get(cell) || []), here]);
      placed.push(here);
    }
    return placed;
  }

  // Canvases that are painted one after the other, each in a task of its own, so that the page can
  // be used meanwhile. A layer says how in ``paint(context, coords, size)``.
  const turns = [];
  let busy = false;
  let idle = [];
  function paintNext() {
    const turn = turns.shift();
    busy = Boolean(turn);
    if (turn) {
      turn();
      setTimeout(paintNext);
    } else idle.splice(0).forEach((tell) => tell());
  }
  const painted = () => new Promise((tell) => (busy ? idle.push(tell) : tell()));

  const CanvasTiles = L.GridLayer.extend({
    options: { tileSize: 512, noWrap: true, keepBuffer: 1 },
    createTile(coords, done) {
      const tile = L.DomUtil.create("canvas");
      tile.repaint = () => this._paint(tile, coords);
      turns.push(() => {
        // Who moves on fast leaves tiles behind that nobody will see.
        if (tile.isConnected) tile.repaint();
        done(null, tile);
      });
      if (!busy) {
        busy = true;
        setTimeout(paintNext);
      }
      return tile;
    },
    _paint(tile, coords) {
      const size = this.getTileSize().x;
      const sharp = Math.min(window.devicePixelRatio || 1, 2);
      // That empties it too.
      tile.width = tile.height = size * sharp;
      const context = tile.getContext("2d");
      context.scale(sharp, sharp);
      context.lineJoin = context.lineCap = "round";
      this.paint(context, coords, size);
    },
    repaint() {
      // A layer that is not on the map has no tiles.
      for (const { el } of Object.values(this._tiles || {})) el.repaint();
    },
  });

  const StreetTiles = CanvasTiles.extend({
    paint(context, coords, size) {
      const scale = 2 ** (coords.z - UNIT_ZOOM);
      const thick = Math.min(2.2, Math.max(0.22, 2 ** ((coords.z - 16) * 0.62)));
      const drawn = this.options.groups
        .filter((group) => coords.z >= group.from_zoom)
        .map((group) => [DRAWN[group.name], pathOf(group.packed, (coords.x * size) / scale, (coords.y * size) / scale, size, scale, 14)]);
      const stroke = (path, colour, width) => {
        if (!colour) return;
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke(path);
      };
      // Far out a street is a single line: a casing would be all there is to see.
      const cased = coords.z >= 14;
      if (cased) for (const [look, path] of drawn) stroke(path, look[0], Math.max(look[1] * thick, look[3] * thick + 1.2));
      for (const [look, path] of drawn) {
        const colour = cased ? look[2] : look[0] || look[2];
        stroke(path, colour, Math.max(0.6, look[3] * thick * (cased ? 1 : 0.8)));
      }
    },
  });

  // Names lie above cells and heat, so that one always knows where one is.
  const NameTiles = CanvasTiles.extend({
    paint(context, coords, size) {
      if (coords.z < 14) return;
      const names = (this._named ||= {});
      context.font = '500 11px "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
      context.textAlign = "center";
      context.textBaseline = "middle";
      names[coords.z] ||= placedNames(this.options.names, coords.z, context);
      for (const name of names[coords.z]) {
        const x = name.x - coords.x * size;
        const y = name.y - coords.y * size;
        if (x < -name.half.x || y < -name.half.y || x > size + name.half.x || y > size + name.half.y) continue;
        context.save();
        context.translate(x, y);
        context.rotate(name.turn);
        context.strokeStyle = "rgba(255,255,255,.92)";
        context.lineWidth = 3.2;
        context.strokeText(name.text, 0, 0);
        context.fillStyle = "#85857c";
        context.fillText(name.text, 0, 0);
        context.restore();
      }
    },
  });

  function streets(map, { groups, names }) {
    geoMap.streetNames = names;
    geoMap.layStreets(map, () => {
      const ready = groups.map((group) => ({ ...group, packed: unpack(group.lines) }));
      return [new StreetTiles({ groups: ready }), new NameTiles({ names, pane: "names" })];
    });
  }

  Object.assign(geoMap, { CanvasTiles, painted, pathOf, streets });
})();
