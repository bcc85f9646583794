// Facilities and issues as marks with a card each, and rings around what nobody passed.
"use strict";

(() => {
  const { card, held, isWide, plain, popupRoom, sign } = geoMap;
  const FEW_RINGS = 60;

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
    const look = { radius: 17, weight: 2, color: "#8e1f1a", dashArray: "3 5", fill: false, interactive: false, renderer: geoMap.ground, pane: "ground" };
    const held = L.layerGroup(places.map((place) => L.circleMarker(place, look)));
    // From afar many rings would hide all else.
    const showNear = () => {
      if (places.length < FEW_RINGS || geoMap.map.getZoom() >= 14) group.addLayer(held);
      else group.removeLayer(held);
    };
    geoMap.map.on("zoomend", showNear);
    showNear();
  }

  Object.assign(geoMap, { marks, rings });
})();
