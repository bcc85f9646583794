// On paper: the map on a sheet of its own, what was in the middle still there; then the legend.
"use strict";

geoMap.beside(({ map, aside }) => {
  const PAPER = { width: "1040px", height: "690px" }; // A4 across, within the margins
  const style = map.getContainer().style;
  window.addEventListener("beforeprint", () => {
    Object.assign(style, PAPER);
    map.invalidateSize({ animate: false });
  });
  window.addEventListener("afterprint", () => {
    for (const side of Object.keys(PAPER)) style[side] = "";
    map.invalidateSize({ animate: false });
  });
  aside.querySelector("[data-tool=print]").addEventListener("click", () => window.print());
});
