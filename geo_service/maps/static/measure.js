// How far it is along points that are clicked: metres on the ellipsoid, as the service counts them.
"use strict";

geoMap.beside(({ map, aside, say }) => {
  const button = aside.querySelector("[data-tool=measure]");
  const steps = aside.querySelector(".gm-measuring-steps");
  const [A, F] = [6378137, 1 / 298.257223563]; // WGS-84
  const B = A * (1 - F);
  const RAD = Math.PI / 180;

  // Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid", Survey Review 23 (1975).
  function metres(from, to) {
    const across = (to.lng - from.lng) * RAD;
    const [u, v] = [from.lat, to.lat].map((lat) => Math.atan((1 - F) * Math.tan(lat * RAD)));
    const [sinU, cosU, sinV, cosV] = [Math.sin(u), Math.cos(u), Math.sin(v), Math.cos(v)];
    let [lambda, sinS, cosS, s, cos2A, cosM] = [across, 0, 1, 0, 1, 0];
    for (let round = 0; round < 100; round++) {
      sinS = Math.hypot(cosV * Math.sin(lambda), cosU * sinV - sinU * cosV * Math.cos(lambda));
      if (sinS === 0) return 0;
      cosS = sinU * sinV + cosU * cosV * Math.cos(lambda);
      s = Math.atan2(sinS, cosS);
      const sinA = (cosU * cosV * Math.sin(lambda)) / sinS;
      cos2A = 1 - sinA * sinA;
      cosM = cos2A ? cosS - (2 * sinU * sinV) / cos2A : 0;
      const c = (F / 16) * cos2A * (4 + F * (4 - 3 * cos2A));
      const last = lambda;
      lambda = across + (1 - c) * F * sinA * (s + c * sinS * (cosM + c * cosS * (2 * cosM * cosM - 1)));
      if (Math.abs(lambda - last) < 1e-12) break;
    }
    const k = (cos2A * (A * A - B * B)) / (B * B);
    const a = 1 + (k / 16384) * (4096 + k * (-768 + k * (320 - 175 * k)));
    const b = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)));
    const inner = cosS * (2 * cosM * cosM - 1) - (b / 6) * cosM * (4 * sinS * sinS - 3) * (4 * cosM * cosM - 3);
    return B * a * (s - b * sinS * (cosM + (b / 4) * inner));
  }

  const line = L.polyline([], { color: "#0b3d5c", weight: 3, dashArray: "6 5", interactive: false });
  const dots = L.layerGroup();
  let places = [];

  function draw() {
    line.setLatLngs(places);
    dots.clearLayers();
    for (const place of places) dots.addLayer(L.circleMarker(place, { radius: 5, color: "#0b3d5c", weight: 2, fillColor: "#ffffff", fillOpacity: 1, interactive: false }));
    const whole = places.slice(1).reduce((sum, place, before) => sum + metres(places[before], place), 0);
    const said = places.length > 1 ? `${whole.toFixed(whole < 1000 ? 1 : 0).replace(/\B(?=(\d{3})+$)/g, ",")} m` : button.dataset.hint;
    say(said);
  }

  const add = ({ latlng }) => {
    places.push(latlng);
    draw();
  };
  function measure(on) {
    button.setAttribute("aria-pressed", String(on));
    steps.hidden = !on;
    map.getContainer().classList.toggle("gm-measuring", on);
    map.measuring = on;
    places = [];
    map.closePopup();
    // On a phone an open panel leaves no room to measure in.
    const fold = aside.querySelector(".gm-fold");
    if (on && window.innerWidth < 720 && fold.getAttribute("aria-expanded") === "true") fold.click();
    if (on) {
      map.doubleClickZoom.disable();
      map.on("click", add);
      line.addTo(map);
      dots.addTo(map);
      draw();
    } else {
      map.doubleClickZoom.enable();
      map.off("click", add);
      line.remove();
      dots.remove();
      say("");
    }
  }

  button.addEventListener("click", () => measure(!map.measuring));
  steps.querySelector("[data-tool=add]").addEventListener("click", () => add({ latlng: map.getCenter() }));
  steps.querySelector("[data-tool=undo]").addEventListener("click", () => {
    places.pop();
    draw();
  });
  steps.querySelector("[data-tool=done]").addEventListener("click", () => measure(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && map.measuring) measure(false);
  });
});
