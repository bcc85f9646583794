// The rider's map: the way to a place, and a pin to ask from elsewhere. Loaded when one is wanted.

const dialog = document.getElementById("map");
const title = document.getElementById("map-place");
const MOST_WAYS = 10; // as many as are told of at once
let turn = 0;

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

const place = (wanted, closest, { map, pin, drawn }) => {
  const { lat, lon } = document.getElementById("answer").dataset;
  drawn.clearLayers();
  if (lat) pin.setLatLng([lat, lon]);
  const card = wanted.closest(".card");
  if (!card) return map.setView(pin.getLatLng(), closest, { animate: false });
  title.textContent = card.querySelector("h2").textContent;
  const html = card.querySelector(".kind svg").cloneNode(true);
  const at = L.latLng(wanted.dataset.lat, wanted.dataset.lon);
  drawn.addLayer(L.marker(at, { icon: L.divIcon({ className: "map-place", iconSize: [40, 40], html }), title: title.textContent, interactive: false, keyboard: false }));
  return map.fitBounds(L.latLngBounds([at, pin.getLatLng()]), { padding: [48, 64], maxZoom: 17, animate: false });
};

// Shows the way to a card's place, or only the pin; `askFrom` is told where the rider asks from.
export const showMap = async (wanted, askFrom) => {
  const { openMap, CLOSE } = await import(dialog.dataset.pin);
  let shown = null;
  // A way from where the pin was would mislead.
  const moved = () => {
    turn += 1;
    shown.drawn.eachLayer((layer) => layer.options.way && shown.drawn.removeLayer(layer));
  };
  shown = await openMap(askFrom, moved);
  const mine = (turn += 1);
  place(wanted, CLOSE, shown);
  const { lat, lon } = document.getElementById("answer").dataset;
  if (!wanted.dataset.id || !lat) return;
  // Without a network the places themselves are there all the same.
  const way = await wayTo(wanted.dataset, { lat, lon }).catch(() => null);
  if (way && mine === turn && dialog.open) drawWay(way, shown);
};
