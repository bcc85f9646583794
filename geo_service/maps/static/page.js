// What a map of geo_service does in the browser. All text it is given is HTML whose user parts are
// entities already; nothing here turns text into script, and nothing asks another host.
"use strict";

const geoMap = (() => {
  const UNIT_ZOOM = 18; // packed lines are pixels at this zoom
  const NARROW = 720; // px: below this the panel lies at the bottom, folded
  const FEW_RINGS = 60;
  let theMap = null; // a page has one
  let ground = null; // one canvas for cells and ridden streets: none hides another from the pointer
  const DRAWN = {
    // [casing colour, casing px, fill colour, fill px] at zoom 16
    path: [null, 0, "#d3d2cb", 1.1],
    lane: ["#d9d8d1", 4.4, "#ffffff", 3],
    street: ["#d0cec6", 6, "#ffffff", 4.4],
    main: ["#c6c3b8", 8.4, "#fffdf6", 6.4],
  };

  // --- text -------------------------------------------------------------------------------------
  const scratch = document.createElement("template");
  const plain = (html) => {
    scratch.innerHTML = html;
    return scratch.content.textContent;
  };
  const sign = (name) => `<svg class="gm-sign" aria-hidden="true"><use href="#gm-sign-${name}"/></svg>`;

  function card(title, subtitle, labels, values, head = "") {
    const facts = labels
      .map((label, i) => (values[i] === null ? "" : `<dt>${label}</dt><dd>${values[i]}</dd>`))
      .join("");
    const under = subtitle ? `<p>${subtitle}</p>` : "";
    return `<article class="gm-card"><header>${head}<div><h2>${title}</h2>${under}</div></header><dl>${facts}</dl></article>`;
  }

  // --- packed lines -----------------------------------------------------------------------------
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

  // --- the workspace's own streets, drawn tile by tile --------------------------------------------
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

  function blankTile(layer) {
    const size = layer.getTileSize().x;
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    const tile = L.DomUtil.create("canvas");
    tile.width = tile.height = size * sharp;
    const context = tile.getContext("2d");
    context.scale(sharp, sharp);
    context.lineJoin = context.lineCap = "round";
    return { tile, context, size };
  }

  const StreetTiles = L.GridLayer.extend({
    createTile(coords) {
      const { tile, context, size } = blankTile(this);
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
      return tile;
    },
  });

  // Names lie above cells and heat, so that one always knows where one is.
  const NameTiles = L.GridLayer.extend({
    createTile(coords) {
      const { tile, context, size } = blankTile(this);
      if (coords.z < 14) return tile;
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
      return tile;
    },
  });

  let streetNames = [];

  function streets(map, { groups, names }) {
    streetNames = names;
    const ready = groups.map((group) => ({ ...group, packed: unpack(group.lines) }));
    const tiles = { tileSize: 512, noWrap: true, keepBuffer: 1 };
    new StreetTiles({ ...tiles, groups: ready }).addTo(map);
    new NameTiles({ ...tiles, names, pane: "names" }).addTo(map);
  }

  // --- marks ------------------------------------------------------------------------------------
  function gathered(shape) {
    return L.markerClusterGroup({
      // Near by, only marks that really cover each other are gathered.
      maxClusterRadius: (zoom) => (zoom < 14 ? 46 : zoom < 15.5 ? 26 : 13),
      showCoverageOnHover: false,
      spiderLegPolylineOptions: { weight: 1, color: "#6b7278", opacity: 0.6 },
      iconCreateFunction: (cluster) => {
        const inside = cluster.getAllChildMarkers();
        const solid = inside.filter((marker) => marker.options.solid).length / inside.length;
        const wide = (inside.length < 100 ? 30 : 38) - (isWide() ? 0 : 5);
        return L.divIcon({
          className: `gm-gathered gm-${shape}`,
          iconSize: [wide, wide],
          html: `<span style="--solid:${Math.round(solid * 100)}%"><b>${inside.length}</b></span>`,
        });
      },
    });
  }

  const isWide = () => window.innerWidth >= NARROW;
  function popupRoom() {
    // A card must not open under the panel.
    const panel = document.getElementById("gm-panel");
    const beside = panel && isWide() ? panel.offsetWidth + 32 : 12;
    return { minWidth: 240, maxWidth: 300, autoPanPaddingTopLeft: [beside, 16], autoPanPaddingBottomRight: [16, 16] };
  }

  const held = new Map(); // what each group shows, for filters, search and downloads

  function marks(group, { shape, looks, styles, labels, rows, told, searched, filters, tags }) {
    const wide = shape === "square" ? 28 : 24;
    const holder = gathered(shape);
    const markers = rows.map(([lat, lon, style, look, title, subtitle, ...values]) => {
      const [colour, name, letter] = styles[style];
      const inside = name ? sign(name) : `<b>${letter}</b>`;
      const html = `<i class="gm-mark gm-${shape} gm-${looks[look]}" style="--c:${colour}">${inside}</i>`;
      const label = plain([title, subtitle, values[told]].filter(Boolean).join(" "));
      const solid = looks[look] !== "hollow" && looks[look] !== "unsure";
      return L.marker([lat, lon], {
        icon: L.divIcon({ className: "gm-place", iconSize: [wide, wide], html }),
        title: label,
        solid,
        zIndexOffset: solid ? 100 : 0,
      }).bindPopup(() => card(title, subtitle, labels, values, html), popupRoom());
    });
    holder.addLayers(markers);
    group.addLayer(holder);
    held.set(group, { holder, markers, labels, rows, searched, filters, tags, facts: 4 });
  }

  function rings(group, { places }) {
    const look = { radius: 17, weight: 2, color: "#8e1f1a", dashArray: "3 5", fill: false, interactive: false, renderer: ground, pane: "ground" };
    const held = L.layerGroup(places.map((place) => L.circleMarker(place, look)));
    // From afar many rings would hide all else.
    const showNear = () => {
      if (places.length < FEW_RINGS || theMap.getZoom() >= 14) group.addLayer(held);
      else group.removeLayer(held);
    };
    theMap.on("zoomend", showNear);
    showNear();
  }

  // --- cells and ridden streets -----------------------------------------------------------------
  function shapes(group, { shape, lines, colours, labels, rows }) {
    const packed = unpack(lines);
    const all = [];
    rows.forEach(([step, strong, title, ...values], line) => {
      const colour = colours[step];
      const places = corners(packed, line);
      const drawn =
        shape === "cell"
          ? L.polygon(places, { renderer: ground, pane: "ground", weight: 1, color: "#ffffff", opacity: 0.9, fillColor: colour, fillOpacity: strong ? 0.72 : 0.42 })
          : L.polyline(places, { renderer: ground, pane: "ground", weight: 1.6 + 0.9 * step, color: colour });
      drawn.bindPopup(() => card(title, "", labels, values), popupRoom());
      group.addLayer(drawn);
      all.push(drawn);
    });
    held.set(group, { markers: all, labels, rows, facts: 2 });
  }

  // --- catchments -------------------------------------------------------------------------------
  // Lines carry the seconds to their nearest facility at each point, so that the page can cut them
  // at any number of minutes.
  function unpackKind({ lines, seconds, sites, ...rest }) {
    const packed = unpack(lines);
    const { step } = reader(seconds);
    const cost = new Float64Array(lines.points);
    for (let point = 0, held = 0; point < lines.points; point++) cost[point] = held += step();
    const siteOf = new Uint32Array(lines.lines);
    sites.reduce((line, [count], site) => siteOf.fill(site, line, line + count) && line + count, 0);
    return { packed, cost, siteOf, sites, ...rest };
  }

  function pathsOf({ packed, cost, siteOf, sites }, limit, colours, west, north, size, scale, margin) {
    const served = colours.map(() => new Path2D());
    const hole = new Path2D();
    const reach = margin / scale;
    const [left, top, right, bottom] = [west - reach, north - reach, west + size / scale + reach, north + size / scale + reach];
    const { box, xy, start } = packed;
    for (let line = 0; line < packed.lines; line++) {
      if (box[4 * line] > right || box[4 * line + 2] < left || box[4 * line + 1] > bottom || box[4 * line + 3] < top) continue;
      const near = served[sites[siteOf[line]][1]] || hole;
      let [lastX, lastY, lastCost, pen] = [0, 0, 0, null];
      for (let point = start[line]; point < start[line + 1]; point++) {
        const x = (xy[2 * point] - west) * scale;
        const y = (xy[2 * point + 1] - north) * scale;
        const seconds = cost[point];
        if (point > start[line]) {
          const before = lastCost > limit ? hole : near;
          const after = seconds > limit ? hole : near;
          // Far out most points say nothing that a pixel could show.
          if (before === after && point < start[line + 1] - 1 && Math.abs(x - lastX) + Math.abs(y - lastY) < 1) continue;
          if (pen !== before) before.moveTo(lastX, lastY);
          if (before !== after) {
            const share = (limit - lastCost) / (seconds - lastCost);
            const [cutX, cutY] = [lastX + share * (x - lastX), lastY + share * (y - lastY)];
            before.lineTo(cutX, cutY);
            after.moveTo(cutX, cutY);
          }
          after.lineTo(x, y);
          pen = after;
        }
        [lastX, lastY, lastCost] = [x, y, seconds];
      }
    }
    return { served, hole };
  }

  const CatchmentTiles = L.GridLayer.extend({
    createTile(coords) {
      const { tile, context } = blankTile(this);
      tile.repaint = () => this._paint(context, coords);
      tile.repaint();
      return tile;
    },
    repaint() {
      for (const { el } of Object.values(this._tiles)) el.repaint();
    },
    _paint(context, coords) {
      const { state, colours, hole } = this.options;
      const size = this.getTileSize().x;
      const scale = 2 ** (coords.z - UNIT_ZOOM);
      const thick = Math.min(1.9, Math.max(0.42, 2 ** ((coords.z - 16) * 0.5)));
      context.clearRect(0, 0, size, size);
      const paths = pathsOf(state.kind, state.minutes * 60, colours, (coords.x * size) / scale, (coords.y * size) / scale, size, scale, 14);
      const stroke = (path, colour, width) => {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke(path);
      };
      colours.forEach((colour, place) => stroke(paths.served[place], colour, 3.2 * thick));
      if (coords.z >= 14) stroke(paths.hole, "#ffffff", 7.4 * thick);
      stroke(paths.hole, hole, (coords.z >= 14 ? 5 : 4) * thick);
    },
  });

  function placeOnLines({ packed, cost, siteOf }, at, most) {
    const { box, xy, start } = packed;
    let best = null;
    for (let line = 0; line < packed.lines; line++) {
      if (box[4 * line] > at.x + most || box[4 * line + 2] < at.x - most || box[4 * line + 1] > at.y + most || box[4 * line + 3] < at.y - most) continue;
      for (let point = start[line] + 1; point < start[line + 1]; point++) {
        const [x, y] = [xy[2 * point - 2], xy[2 * point - 1]];
        const [dx, dy] = [xy[2 * point] - x, xy[2 * point + 1] - y];
        const square = dx * dx + dy * dy;
        const share = square ? Math.min(1, Math.max(0, ((at.x - x) * dx + (at.y - y) * dy) / square)) : 0;
        const off = Math.hypot(at.x - x - share * dx, at.y - y - share * dy);
        if (off > most) continue;
        most = off;
        best = {
          site: siteOf[line],
          seconds: cost[point - 1] + share * (cost[point] - cost[point - 1]),
          place: L.CRS.EPSG3857.pointToLatLng(L.point(x + share * dx, y + share * dy), UNIT_ZOOM),
        };
      }
    }
    return best;
  }

  const CIRCLE = { pane: "ground", weight: 2, color: "#ffffff", fillOpacity: 1, interactive: false };

  function catchments(group, { minutes, colours, hole, far, labels, kinds }) {
    const section = document.querySelector("[data-layer=catchments]").closest("section");
    const radios = [...section.querySelectorAll("[type=radio]")];
    const [range, said] = [section.querySelector("[type=range]"), section.querySelector("output")];
    const ready = kinds.map(() => null);
    const state = { minutes, chosen: 0, kind: null };
    const tiles = new CatchmentTiles({ tileSize: 512, noWrap: true, keepBuffer: 1, pane: "ground", state, colours, hole });
    const over = L.layerGroup();

    const kilometres = (metres) => `${(metres / 1000).toFixed(metres < 100000 ? 1 : 0).replace(/\B(?=(\d{3})+$)/g, ",")} km`;
    const percent = (part, whole) => `${((100 * part) / (whole || 1)).toFixed(1)} %`;
    function tell() {
      const { metres, beyond } = kinds[state.chosen];
      const far = beyond[state.minutes];
      const figures = section.querySelectorAll(".gm-keys .gm-figure");
      figures[0].textContent = `${kilometres(far)} · ${percent(far, metres)}`;
      figures[1].textContent = `${kilometres(metres - far)} · ${percent(metres - far, metres)}`;
      figures[2].textContent = kinds[state.chosen].worst ? kinds[state.chosen].worst[2] : "";
      said.textContent = state.minutes;
      radios.forEach((radio, place) => {
        const { metres: all, beyond: none } = kinds[place];
        radio.parentNode.querySelector(".gm-figure").textContent = percent(all - none[state.minutes], all);
      });
    }

    // Near by they stand around the facilities' marks; from afar marks are gathered, and they are dots.
    let circles = [];
    const fitCircles = () => circles.forEach((circle) => circle.setRadius(theMap.getZoom() < 14 ? 6 : 20));

    function choose(place) {
      state.chosen = place;
      // A large city's lines take a moment to unpack, so that is done only for what is looked at.
      state.kind = ready[place] ||= unpackKind(kinds[place]);
      over.clearLayers();
      circles = state.kind.sites
        .filter(([, colour]) => colour >= 0)
        .map(([, colour, lat, lon]) => L.circleMarker([lat, lon], { ...CIRCLE, renderer: ground, fillColor: colours[colour] }));
      circles.forEach((circle) => over.addLayer(circle));
      fitCircles();
      if (state.kind.worst) {
        const [lat, lon, away] = state.kind.worst;
        const icon = L.divIcon({ className: "gm-worst", iconSize: [16, 16], html: `<i class="gm-spot"></i><b>${away}</b>` });
        over.addLayer(L.marker([lat, lon], { icon, interactive: false, keyboard: false }));
      }
      tell();
    }

    function show({ latlng }) {
      if (theMap.measuring) return;
      const scale = 2 ** (theMap.getZoom() - UNIT_ZOOM);
      const found = placeOnLines(state.kind, L.CRS.EPSG3857.latLngToPoint(latlng, UNIT_ZOOM), 9 / scale);
      const [, , , , title, subtitle, kind, streets, farthest] = found ? state.kind.sites[found.site] : [];
      if (!title) return;
      const away = `${(found.seconds / 60).toFixed(1)} min${found.seconds > state.minutes * 60 ? ` · ${far}` : ""}`;
      const values = [kind, away, streets, farthest];
      L.popup(popupRoom()).setLatLng(found.place).setContent(card(title, subtitle, labels, values)).openOn(theMap);
    }

    radios.forEach((radio, place) =>
      radio.addEventListener("change", () => {
        choose(place);
        tiles.repaint();
      }),
    );
    let waiting = 0;
    range.addEventListener("input", () => {
      state.minutes = Number(range.value);
      tell();
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => tiles.repaint());
    });
    group.on("add", () => {
      if (!state.kind) choose(state.chosen);
      tiles.addTo(theMap);
      over.addTo(theMap);
      theMap.on({ click: show, zoomend: fitCircles });
      fitCircles();
    });
    group.on("remove", () => {
      tiles.remove();
      over.remove();
      theMap.off({ click: show, zoomend: fitCircles });
    });
    tell();
  }

  // --- much data --------------------------------------------------------------------------------
  const waiting = []; // what has still to be drawn before the page is ready
  function unfold(what, parent, text) {
    const draw = async () => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      DRAW[what](parent, await new Response(stream).json());
    };
    waiting.push(draw());
  }

  // --- the page ---------------------------------------------------------------------------------
  function open(name, { corners, osm }) {
    const map = L.map(name, { zoomControl: false, minZoom: 3, maxZoom: 19, zoomSnap: 0.5, attributionControl: false });
    for (const [pane, depth] of [["ground", 350], ["heat", 380], ["names", 390]]) map.createPane(pane).style.zIndex = depth;
    for (const pane of ["heat", "names"]) map.getPane(pane).style.pointerEvents = "none";
    ground = L.canvas({ pane: "ground", padding: 0.3, tolerance: 3 });
    theMap = map;
    fit(map, corners);
    L.control.zoom({ position: "topright", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
    const source = osm
      ? '街道 Streets © <a href="https://www.openstreetmap.org/copyright" rel="noreferrer">OpenStreetMap</a>'
      : "街道：本工作区 Streets: this workspace";
    L.control.attribution({ position: "bottomright", prefix: false }).addAttribution(source).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
    return map;
  }

  function fit(map, corners) {
    const panel = document.getElementById("gm-panel");
    const wide = isWide();
    map.fitBounds(corners, {
      paddingTopLeft: wide && panel ? [panel.offsetWidth + 40, 30] : [24, 24],
      paddingBottomRight: wide || !panel ? [40, 40] : [24, panel.offsetHeight + 40],
      maxZoom: 17,
      animate: false,
    });
  }

  function panel(map, groups, corners) {
    const aside = document.getElementById("gm-panel");
    const fold = aside.querySelector(".gm-fold");
    const setFolded = (folded) => {
      aside.classList.toggle("gm-folded", folded);
      fold.setAttribute("aria-expanded", String(!folded));
    };
    const tellHeight = () => document.body.style.setProperty("--panel", `${aside.offsetHeight + 8}px`);
    new ResizeObserver(tellHeight).observe(aside);
    setFolded(!isWide());
    fold.addEventListener("click", () => setFolded(!aside.classList.contains("gm-folded")));
    const status = aside.querySelector("[role=status]");
    const say = (text) => {
      status.textContent = text;
    };
    const offer = () => {
      // Marks are gathered for the view they are first shown in.
      fit(map, corners);
      for (const box of aside.querySelectorAll("[data-layer]")) {
        const show = () => {
          const group = groups[box.dataset.layer];
          if (box.checked) map.addLayer(group);
          else map.removeLayer(group);
          box.closest("section").classList.toggle("gm-off", !box.checked);
        };
        box.addEventListener("change", show);
        show();
      }
      for (const begin of companions) begin({ map, groups, aside, held, plain, say, names: () => streetNames });
      map.whenReady(() => document.documentElement.setAttribute("data-map", "ready"));
    };
    const fail = (reason) => {
      const words = "无法绘制，请更新浏览器。 This can't be drawn; a newer browser may do it.";
      aside.querySelector("header").insertAdjacentHTML("afterbegin", `<p class="gm-note">${words}</p>`);
      throw reason;
    };
    Promise.all(waiting).then(offer, fail);
  }

  // Other scripts of the page begin when all is drawn.
  const companions = [];
  const beside = (begin) => companions.push(begin);

  const DRAW = { streets, marks, rings, shapes, catchments };
  return { open, ...DRAW, unfold, panel, beside };
})();
