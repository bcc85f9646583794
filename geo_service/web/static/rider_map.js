// The rider's map: the way to a place, and a pin to ask from elsewhere. Loaded when one is wanted.

const dialog = document.getElementById("map");
const [title, hint] = [document.getElementById("map-place"), document.getElementById("map-hint")];
const [choose, drag] = [title.textContent, hint.textContent];
const PIN = '<svg viewBox="0 0 44 56" aria-hidden="true"><path d="M22 54C10 38 4 30 4 20a18 18 0 0 1 36 0c0 10-6 18-18 34z"/><circle cx="22" cy="20" r="7"/></svg>';
const MOST_WAYS = 10; // as many as are told of at once
let loading = null;
let held = null;
let turn = 0;

const added = (element) =>
  new Promise((done, failed) => {
    element.addEventListener("load", done);
    element.addEventListener("error", () => failed(new Error("a part is missing")));
    document.head.append(element);
  });

const load = async () => {
  const { styles, scripts } = dialog.dataset;
  const sheets = styles.split(" ").map((href) => added(Object.assign(document.createElement("link"), { rel: "stylesheet", href })));
  const ground = fetch("/basemap.json").then((reply) => reply.json());
  for (const src of scripts.split(" ")) await added(Object.assign(document.createElement("script"), { src }));
  await Promise.all(sheets);
  return ground;
};

const make = ({ streets, ...ground }) => {
  const map = geoMap.open("map-ground", ground);
  geoMap.streets(map, streets);
  const icon = L.divIcon({ className: "map-pin", iconSize: [44, 56], iconAnchor: [22, 54], html: PIN });
  const pin = L.marker(map.getCenter(), { icon, draggable: true, autoPan: true, title: dialog.dataset.position, zIndexOffset: 1000 }).addTo(map);
  const drawn = L.layerGroup().addTo(map);
  // A way from where the pin was would mislead.
  const moved = () => {
    turn += 1;
    drawn.eachLayer((layer) => layer.options.way && drawn.removeLayer(layer));
  };
  pin.on("dragstart", moved);
  map.on("click", ({ latlng }) => {
    pin.setLatLng(latlng);
    moved();
  });
  return { map, pin, drawn };
};

const wayTo = async ({ id, kind }, from) => {
  const asked = new URLSearchParams(new FormData(document.getElementById("ask")));
  for (const name of ["datum", "lang"]) asked.delete(name);
  for (const [name, value] of Object.entries({ ...from, kind, k: MOST_WAYS, way: true })) asked.set(name, value);
  const { features } = await (await fetch(`/facilities/nearest?${asked}`)).json();
  const found = features.find((feature) => String(feature.id) === id);
  return found && found.properties.way;
};

const drawWay = (way, { map, pin, drawn }) => {
  const looks = [
    { color: "#ffffff", weight: 11, opacity: 0.9 },
    { color: "#00558f", weight: 6, className: "map-way" },
  ];
  const lines = looks.map((style) => L.geoJSON(way, { style, interactive: false, way: true }));
  lines.forEach((line) => drawn.addLayer(line));
  map.fitBounds(lines[0].getBounds().extend(pin.getLatLng()), { padding: [48, 64], maxZoom: 17, animate: false });
};

const place = (wanted, { map, pin, drawn }) => {
  const { lat, lon } = document.getElementById("answer").dataset;
  drawn.clearLayers();
  if (lat) pin.setLatLng([lat, lon]);
  const card = wanted.closest(".card");
  title.textContent = card ? card.querySelector("h2").textContent : choose;
  if (!card) return map.setView(pin.getLatLng(), 15, { animate: false });
  const html = card.querySelector(".kind svg").cloneNode(true);
  const at = L.latLng(wanted.dataset.lat, wanted.dataset.lon);
  drawn.addLayer(L.marker(at, { icon: L.divIcon({ className: "map-place", iconSize: [40, 40], html }), title: title.textContent, interactive: false, keyboard: false }));
  return map.fitBounds(L.latLngBounds([at, pin.getLatLng()]), { padding: [48, 64], maxZoom: 17, animate: false });
};

// Shows the way to a card's place, or only the pin; `askFrom` is told where the rider asks from.
export const showMap = async (wanted, askFrom) => {
  loading ||= load().catch((gone) => {
    loading = null;
    throw gone;
  });
  const ground = await loading;
  dialog.showModal();
  const shown = (held ||= make(ground));
  shown.map.invalidateSize({ animate: false });
  hint.textContent = drag;
  document.getElementById("map-close").onclick = () => dialog.close();
  document.getElementById("map-ask").onclick = () => {
    const { lat, lng } = shown.pin.getLatLng().wrap();
    dialog.close();
    askFrom(lat, lng);
  };
  const mine = (turn += 1);
  place(wanted, shown);
  dialog.dataset.ready = "true";
  const { lat, lon } = document.getElementById("answer").dataset;
  if (!wanted.dataset.id || !lat) return;
  // Without a network the places themselves are there all the same.
  const way = await wayTo(wanted.dataset, { lat, lon }).catch(() => null);
  if (way && mine === turn && dialog.open) drawWay(way, shown);
};
