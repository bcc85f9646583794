// A map in a dialog, with a pin to say where one is, or means. Loaded when one is wanted.

const dialog = document.getElementById("map");
const [title, hint] = [document.getElementById("map-place"), document.getElementById("map-hint")];
const [choose, drag] = [title.textContent, hint.textContent];
const PIN = '<svg viewBox="0 0 44 56" aria-hidden="true"><path d="M22 54C10 38 4 30 4 20a18 18 0 0 1 36 0c0 10-6 18-18 34z"/><circle cx="22" cy="20" r="7"/></svg>';
export const CLOSE = 15; // the zoom at which a corner is told from the next
let loading = null;
let held = null;
let whenMoved = () => null;

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
  pin.on("dragstart", () => whenMoved());
  map.on("click", ({ latlng }) => {
    pin.setLatLng(latlng);
    whenMoved();
  });
  return { map, pin, drawn: L.layerGroup().addTo(map) };
};

// Opens the map and answers with what is on it. `use` is told where the pin is, latitude first,
// when that is said to be right; `moved` that it has been put elsewhere.
export const openMap = async (use, moved = () => null) => {
  loading ||= load().catch((gone) => {
    loading = null;
    throw gone;
  });
  const ground = await loading;
  dialog.showModal();
  held ||= make(ground);
  held.map.invalidateSize({ animate: false });
  whenMoved = moved;
  [title.textContent, hint.textContent] = [choose, drag];
  document.getElementById("map-close").onclick = () => dialog.close();
  document.getElementById("map-ask").onclick = () => {
    const { lat, lng } = held.pin.getLatLng().wrap();
    dialog.close();
    use(lat, lng);
  };
  dialog.dataset.ready = "true";
  return held;
};

// Lets a place be chosen, beginning where the pin was, or at a latitude and longitude.
export const choosePlace = async (at, use) => {
  const { map, pin } = await openMap(use);
  if (at) pin.setLatLng(at);
  map.setView(pin.getLatLng(), Math.max(CLOSE, map.getZoom()), { animate: false });
};
