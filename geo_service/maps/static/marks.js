// Facilities and issues as marks with a card each, and rings around what nobody passed. Of many
// marks only those in view are on the map; where there are too many for that, heaps stand for them.
"use strict";

(() => {
  const { CanvasTiles, card, held, isWide, plain, popupRoom, sign } = geoMap;
  const FEW_RINGS = 60;
  const RING = 17; // px
  const FEW_MARKS = 1500; // all of so few are on the map at once
  const MOST_IN_VIEW = 100; // each is some elements of the page, and a browser takes long to lay out many
  const HEAP_PX = 104;
  const AROUND = 0.1; // of the view, on each side, so that marks are there before they are looked at
  const LONE = ["hollow", "unsure"]; // looks that are not solid

  function gatheredIcon(shape, count, solid) {
    const wide = (count < 100 ? 30 : 38) + (count < 1000 ? 0 : 8) - (isWide() ? 0 : 5);
    const figure = count < 10000 ? count : `${Math.round(count / 1000)}k`;
    const html = `<span style="--solid:${Math.round((100 * solid) / count)}%"><b>${figure}</b></span>`;
    return L.divIcon({ className: `gm-gathered gm-${shape}`, iconSize: [wide, wide], html });
  }

  function gathered(shape, animate) {
    return L.markerClusterGroup({
      animate,
      // Near by, only marks that really cover each other are gathered.
      maxClusterRadius: (zoom) => (zoom < 14 ? 46 : zoom < 15.5 ? 26 : 13),
      showCoverageOnHover: false,
      spiderLegPolylineOptions: { weight: 1, color: "#6b7278", opacity: 0.6 },
      iconCreateFunction: (cluster) => {
        const inside = cluster.getAllChildMarkers();
        return gatheredIcon(shape, inside.length, inside.filter((marker) => marker.options.solid).length);
      },
    });
  }

  function marks(group, { shape, looks, styles, labels, told, searched, filters, ...packed }) {
    const wide = shape === "square" ? 28 : 24;
    const table = markTable.unpack(packed);
    const isSolid = looks.map((look) => !LONE.includes(look));
    const holder = gathered(shape, table.count <= FEW_MARKS);
    const heaped = L.layerGroup();
    const made = new Map(); // markers by row
    let standing = new Map(); // heaps by place
    const kept = { table, labels, searched, filters, shown: null };

    const htmlOf = (row) => {
      const [colour, name, letter] = styles[table.style[row]];
      const inside = name ? sign(name) : `<b>${letter}</b>`;
      return `<i class="gm-mark gm-${shape} gm-${looks[table.look[row]]}" style="--c:${colour}">${inside}</i>`;
    };
    // Of a mark whose card isn't there one knows what it shows itself.
    const nameOf = (row, values) => (values ? [values[0], values[1], values[2 + told]].filter(Boolean).join(" ") : styles[table.style[row]][3]);
    const written = (row, values) => {
      if (!values) return card(styles[table.style[row]][3], values === null ? packed.cards.bare : "…", [], [], htmlOf(row));
      const [title, subtitle, ...facts] = values;
      return card(title, subtitle, labels, facts, htmlOf(row));
    };

    const cardOf = (row) => table.cards.of(row).catch(() => null);

    function make(row) {
      const solid = isSolid[table.look[row]];
      const icon = L.divIcon({ className: "gm-place", iconSize: [wide, wide], html: htmlOf(row) });
      const title = plain(nameOf(row, table.cards.now(row)));
      const marker = L.marker([table.lat[row], table.lon[row]], { icon, title, solid, zIndexOffset: solid ? 100 : 0 });
      marker.bindPopup(() => written(row, table.cards.now(row)), popupRoom());
      // A card that has to be asked for opens at once, and is filled when it is there.
      if (table.cards.now(row) === undefined) marker.on("popupopen", async ({ popup }) => popup.setContent(written(row, await cardOf(row))));
      return marker;
    }

    // Until then a mark is called by what it is; so it stays without a network.
    const nameSoon = (fresh) => nameMarks(fresh).catch(() => {});
    async function nameMarks(fresh) {
      for (const [row, marker] of fresh) {
        marker.options.title = plain(nameOf(row, await table.cards.of(row)));
        const element = marker.getElement();
        if (element) element.title = marker.options.title;
      }
    }

    function showMarks(rows) {
      const wanted = new Set(rows);
      const gone = [...made].filter(([row]) => !wanted.has(row));
      gone.forEach(([row]) => made.delete(row));
      const fresh = rows.filter((row) => !made.has(row));
      const nameless = fresh.filter((row) => table.cards.now(row) === undefined);
      fresh.forEach((row) => made.set(row, make(row)));
      holder.removeLayers(gone.map(([, marker]) => marker));
      holder.addLayers(fresh.map((row) => made.get(row)));
      nameSoon(nameless.map((row) => [row, made.get(row)]));
    }

    function showHeaps(rows, zoom) {
      const side = HEAP_PX / (256 * 2 ** zoom);
      const next = new Map();
      for (const heap of markHeaps.gather(table, rows, side, shape === "square" ? 0 : 0.5, isSolid)) {
        const key = `${zoom}/${heap.key}/${heap.rows}/${heap.solid}`;
        next.set(key, standing.get(key) || stand(heap));
      }
      for (const [key, marker] of standing) if (!next.has(key)) heaped.removeLayer(marker);
      for (const [key, marker] of next) if (!standing.has(key)) heaped.addLayer(marker);
      standing = next;
    }

    function stand(heap) {
      if (heap.rows === 1) return make(heap.first);
      const marker = L.marker([heap.lat / heap.rows, heap.lon / heap.rows], { icon: gatheredIcon(shape, heap.rows, heap.solid), title: String(heap.rows) });
      const around = [[heap.south, heap.west], [heap.north, heap.east]];
      return marker.on("click", () => geoMap.map.fitBounds(around, { padding: [60, 60], maxZoom: geoMap.map.getZoom() + 3 }));
    }

    function refresh() {
      const map = geoMap.map;
      if (!map.hasLayer(group)) return;
      const all = table.count <= FEW_MARKS;
      const rows = markTable.inside(table, all ? L.latLngBounds([[-90, -Infinity], [90, Infinity]]) : map.getBounds().pad(AROUND), kept.shown);
      const asMarks = all || rows.length <= MOST_IN_VIEW || map.getZoom() >= map.getMaxZoom();
      showMarks(asMarks ? rows : []);
      showHeaps(asMarks ? [] : rows, Math.round(map.getZoom()));
    }

    // Layers are brought up to date one after the other, so that none holds up the others' drawing.
    const soon = () => {
      clearTimeout(kept.turn);
      kept.turn = setTimeout(refresh);
    };
    async function open(row) {
      const map = geoMap.map;
      map.setView([table.lat[row], table.lon[row]], Math.max(map.getZoom(), 17), { animate: false });
      refresh();
      const marker = made.get(row);
      if (marker) holder.zoomToShowLayer(marker, () => marker.openPopup());
      else L.popup(popupRoom()).setLatLng([table.lat[row], table.lon[row]]).setContent(written(row, await cardOf(row))).openOn(map);
    }

    async function seen(view) {
      const found = [];
      for (const row of markTable.inside(table, view, kept.shown)) {
        const [title, subtitle, ...facts] = (await table.cards.of(row)) || [styles[table.style[row]][3], ""];
        found.push({ geometry: { type: "Point", coordinates: [table.lon[row], table.lat[row]] }, title, subtitle, facts });
      }
      return found;
    }

    group.addLayer(holder).addLayer(heaped);
    group.on("add", () => {
      refresh();
      if (table.count > FEW_MARKS) geoMap.map.on("moveend", soon);
    });
    group.on("remove", () => geoMap.map.off("moveend", soon));
    held.set(group, Object.assign(kept, { refresh, open, seen }));
  }

  const RingTiles = CanvasTiles.extend({
    paint(context, coords, size) {
      const { kept } = this.options;
      const { count, x, y } = kept.table;
      const scale = 256 * 2 ** coords.z;
      Object.assign(context, { strokeStyle: "#8e1f1a", lineWidth: 2, lineCap: "butt" });
      context.setLineDash([3, 5]);
      for (let row = 0; row < count; row++) {
        const [across, down] = [x[row] * scale - coords.x * size, y[row] * scale - coords.y * size];
        if ((kept.shown && !kept.shown[row]) || across < -RING || down < -RING || across > size + RING || down > size + RING) continue;
        context.beginPath();
        context.arc(across, down, RING, 0, 2 * Math.PI);
        context.stroke();
      }
    },
  });

  function rings(group, packed) {
    const kept = { table: markTable.places(packed), shown: null };
    // From afar many rings would hide all else.
    const minZoom = kept.table.count < FEW_RINGS ? 0 : 14;
    const tiles = new RingTiles({ pane: "ground", zIndex: 160, minZoom, kept });
    group.addLayer(tiles);
    held.set(group, Object.assign(kept, { labels: [], seen: async () => [], refresh: () => tiles.repaint() }));
  }

  Object.assign(geoMap, { marks, rings });
})();
