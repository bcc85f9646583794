// The ground of a map: the own streets, or where the settings name one an outside base map, in whose
// place the own streets are drawn while it can't be had.
"use strict";

(() => {
  const PATIENCE = 10000; // ms: blocked hosts often don't answer at all
  const GONE = "外部底图无法加载 The outside base map can't be loaded";
  const streets = { make: null, layers: null, wanted: true };

  function showStreets(map, wanted) {
    streets.wanted = wanted;
    if (wanted && streets.make) streets.layers ||= streets.make();
    for (const layer of streets.layers || []) {
      if (wanted) layer.addTo(map);
      else layer.remove();
    }
  }

  function layStreets(map, make) {
    streets.make = make;
    showStreets(map, streets.wanted);
  }

  function noticeOn(map) {
    const notice = L.control({ position: "bottomright" });
    notice.onAdd = () => {
      const said = L.DomUtil.create("p", "gm-gone");
      said.setAttribute("role", "status");
      return said;
    };
    return notice.addTo(map).getContainer();
  }

  function tileLayers(map, { addresses, subdomains, most_zoom, gcj02 }) {
    const options = {
      subdomains,
      maxNativeZoom: most_zoom,
      maxZoom: map.getMaxZoom(),
      className: "gm-base-tiles",
      // Pages tell nobody where they are; some tile servers ask which site they serve.
      referrerPolicy: "strict-origin-when-cross-origin",
    };
    return addresses.map((address) => (gcj02 ? new gcjTiles.Layer(address, options) : L.tileLayer(address, options)));
  }

  // Lays an outside base map, and credits it; `own` is what the streets that stand in for it bear.
  function layTiles(map, tiles, credit, own) {
    const notice = noticeOn(map);
    let laid = null;
    let late = null;
    const heard = { loading: () => wait(), tileload: () => clearTimeout(late), tileerror: () => fall() };

    const fall = () => {
      clearTimeout(late);
      laid.forEach((layer) => layer.off(heard).remove());
      laid = null;
      credit.removeAttribution(tiles.credit).addAttribution(own);
      notice.textContent = GONE;
      showStreets(map, true);
    };
    const wait = () => {
      clearTimeout(late);
      late = setTimeout(fall, PATIENCE);
    };
    const lay = () => {
      showStreets(map, false);
      notice.textContent = "";
      credit.removeAttribution(own).addAttribution(tiles.credit);
      laid = tileLayers(map, tiles);
      for (const layer of laid) layer.on(heard).addTo(map);
    };
    window.addEventListener("online", () => laid || lay());
    lay();
  }

  Object.assign(geoMap, { layStreets, layTiles });
})();
