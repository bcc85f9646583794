// The ground of a map: the own streets, or where the settings name one an outside base map, in whose
// place the own streets are drawn while it can't be had.
"use strict";

(() => {
  const PATIENCE = 10000; // ms: blocked hosts often don't answer at all
  const PAUSE = 30000; // ms before it is asked whether tiles can be had again
  // Pages tell nobody where they are; some tile servers ask which site they serve.
  const REFERRER = "strict-origin-when-cross-origin";
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
      referrerPolicy: REFERRER,
    };
    return addresses.map((address) => (gcj02 ? new gcjTiles.Layer(address, options) : L.tileLayer(address, options)));
  }

  // Asks for the tile in the middle, and calls `found` if it comes.
  function probe(map, { addresses: [address], subdomains: [s], most_zoom }, found) {
    const z = Math.min(Math.round(map.getZoom()), most_zoom);
    const { x, y } = map.project(map.getCenter().wrap(), z).divideBy(256).floor();
    const src = L.Util.template(address, { x, y, z, s });
    Object.assign(new Image(), { referrerPolicy: REFERRER, onload: found, src });
  }

  // Lays an outside base map, and credits it; `own` is what the streets that stand in for it bear.
  function layTiles(map, tiles, credit, own) {
    const notice = noticeOn(map);
    let laid = null;
    let late = null;
    let fallen = 0;
    const heard = { loading: () => wait(), tileload: () => clearTimeout(late), tileerror: () => fall() };

    const fall = () => {
      clearTimeout(late);
      laid.forEach((layer) => layer.off(heard).remove());
      laid = null;
      fallen = Date.now();
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
    const tryAgain = () => {
      if (laid || Date.now() - fallen < PAUSE) return;
      fallen = Date.now();
      probe(map, tiles, () => laid || lay());
    };
    map.on("moveend", tryAgain);
    window.addEventListener("online", () => {
      fallen = 0;
      tryAgain();
    });
    lay();
  }

  Object.assign(geoMap, { layStreets, layTiles });
})();
