// Without a network: what is nearest in a straight line, out of the list that was kept before.

const LIST = "/places.json";
const SHOWN = 10;
const EARTH_M = 6371008.8;
const DEGREE = Math.PI / 180;
const NEAR_M = 150; // so near an answer that was kept is about the same place
const DAY_MS = 86400000;
let heldFor = "";

export const metresBetween = (a, b) => {
  const [south, north] = [a.lat * DEGREE, b.lat * DEGREE];
  const half = Math.sin((north - south) / 2) ** 2 + Math.cos(south) * Math.cos(north) * Math.sin(((b.lon - a.lon) * DEGREE) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
};

const placeIn = ({ lat, lon }) => (lat && lon && Number.isFinite(Number(lat)) && Number.isFinite(Number(lon)) ? { lat: Number(lat), lon: Number(lon) } : null);

// Where the rider asks from, as far as it is known in WGS-84.
const asked = (form) => {
  const { lat, lon, datum } = form.elements;
  return datum.value === "wgs84" ? placeIn({ lat: lat.value.trim(), lon: lon.value.trim() }) : null;
};

// Says whether an answer that was kept is about another place than is asked about.
export const isFromElsewhere = (form, answer) => {
  const [here, there] = [asked(form), placeIn(answer.dataset)];
  return Boolean(here && there && metresBetween(here, there) > NEAR_M);
};

// The worker keeps what this asks for. Where there are too many places, those near are asked for;
// the position is told to a hundredth of a degree only.
export const keepPlaces = async (answer) => {
  const { all } = await (await fetch(LIST)).json();
  const here = placeIn(answer.dataset);
  if (all || !here) return;
  const near = `?lat=${here.lat.toFixed(2)}&lon=${here.lon.toFixed(2)}`;
  if (near === heldFor) return;
  heldFor = near;
  await fetch(LIST + near);
};

const sayMetres = (metres, { metres: few, kilometres: many }) =>
  metres < 995 ? few.replace("{}", Math.max(10, Math.round(metres / 10) * 10)) : many.replace("{}", (metres / 1000).toFixed(1));

const sayMoment = (then) => {
  const time = then.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return Date.now() - then < DAY_MS ? time : `${then.toLocaleDateString(document.documentElement.lang)} ${time}`;
};

const card = ({ place, metres }, form) => {
  const made = document.getElementById("place-offline").content.firstElementChild.cloneNode(true);
  const part = (name) => made.querySelector(name);
  const tile = [...form.querySelectorAll(".tile")].find((one) => one.querySelector("input").value === place.kind);
  const kind = tile ? tile.textContent.trim() : place.kind;
  const names = [place.name, place.name_en].filter(Boolean);
  if (document.documentElement.lang === "en") names.reverse();
  part(".kind").setAttribute("aria-label", kind);
  if (tile) part(".kind").append(tile.querySelector("svg").cloneNode(true));
  part("h2").textContent = names[0] || kind;
  if (names[1]) part(".beside").textContent = names[1];
  else part(".beside").remove();
  part(".far strong").textContent = sayMetres(metres, form.dataset);
  if (place.hours) part(".hours").textContent = place.hours;
  else part(".hours").remove();
  Object.assign(part(".on-map").dataset, { id: place.id, kind: place.kind, lat: place.lat, lon: place.lon });
  part(".ride").href = place.link;
  return made;
};

// Puts the nearest of the chosen kinds into the answer; fails where no list was kept.
export const answerOffline = async (form, answer) => {
  const here = asked(form) || placeIn(answer.dataset);
  if (!here) throw new Error("no place to ask from");
  const reply = await fetch(LIST);
  const { places } = await reply.json();
  const kinds = new Set(new FormData(form).getAll("kind"));
  const found = places
    .filter(({ kind }) => !kinds.size || kinds.has(kind))
    .map((place) => ({ place, metres: metresBetween(here, place) }))
    .sort((a, b) => a.metres - b.metres)
    .slice(0, SHOWN);
  const told = Object.assign(document.createElement("p"), { className: "as-of", textContent: form.dataset.offline.replace("{}", sayMoment(new Date(reply.headers.get("date")))) });
  const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: found.length ? form.dataset.offlineMore : form.dataset.offlineNone });
  const list = document.createElement("ol");
  list.append(...found.map((one) => card(one, form)));
  answer.replaceChildren(told, notice, list);
  Object.assign(answer.dataset, { lat: here.lat.toFixed(6), lon: here.lon.toFixed(6) });
};
