// A box that finds facilities, issues and streets among what the page holds.
"use strict";

geoMap.beside(({ map, groups, aside, held, names, plain }) => {
  const MOST = 8;
  const input = aside.querySelector(".gm-search input");
  const list = aside.querySelector(".gm-search ul");
  const none = aside.querySelector(".gm-search p");
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  let [known, found, at] = [null, [], -1];

  function gather() {
    const entries = [];
    for (const [layer, group] of Object.entries(groups)) {
      const kept = held.get(group);
      if (!kept?.searched) continue;
      const { markers, rows, searched, facts } = kept;
      rows.forEach((row, place) => {
        const title = plain([row[4], row[5]].filter(Boolean).join(" "));
        const more = searched.map((label) => plain(String(row[facts + 2 + label] ?? "")));
        const text = folded([title, ...more].join("\n"));
        entries.push({ layer, marker: markers[place], row: place, title, more: more.filter(Boolean).join(" · "), text });
      });
    }
    const streets = new Set();
    for (const [x, y, , , name] of names()) {
      if (streets.has(name)) continue;
      streets.add(name);
      entries.push({ place: L.CRS.EPSG3857.pointToLatLng(L.point(x, y), 18), title: name, more: input.dataset.street, text: folded(name) });
    }
    return entries;
  }

  function look() {
    const words = folded(input.value).split(/\s+/).filter(Boolean);
    known ||= gather();
    found = words.length ? known.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    // What begins so comes first, then what is called so; a street before the many marks.
    const rank = ({ text, marker }) => (text.startsWith(words[0]) ? 0 : text.split("\n")[0].includes(words[0]) ? 2 : 4) + (marker ? 1 : 0);
    found = found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
    list.replaceChildren(
      ...found.map(({ title, more }, place) => {
        const item = document.createElement("li");
        item.id = `gm-found-${place}`;
        item.setAttribute("role", "option");
        item.append(Object.assign(document.createElement("b"), { textContent: title }));
        item.append(Object.assign(document.createElement("span"), { textContent: more }));
        // The box must keep the focus until the choice is made.
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => choose(place));
        return item;
      }),
    );
    none.hidden = !words.length || found.length > 0;
    point(found.length ? 0 : -1);
    show(found.length > 0);
  }

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function point(place) {
    at = place;
    [...list.children].forEach((item, row) => item.setAttribute("aria-selected", String(row === place)));
    if (place < 0) return;
    input.setAttribute("aria-activedescendant", `gm-found-${place}`);
    list.children[place].scrollIntoView({ block: "nearest" });
  }

  function choose(place) {
    const { layer, marker, row, place: street } = found[place];
    show(false);
    if (!marker) {
      map.setView(street, 17, { animate: false });
      return;
    }
    const box = aside.querySelector(`[data-layer=${layer}]`);
    if (!box.checked) box.click();
    const kept = held.get(groups[layer]);
    // Who looks for one that is hidden wants to see it.
    if (kept.shown && !kept.shown[row]) document.dispatchEvent(new CustomEvent("gm:filter", { detail: (button) => button.dataset.filter !== "overdue" }));
    map.setView(marker.getLatLng(), Math.max(map.getZoom(), 17), { animate: false });
    kept.holder.zoomToShowLayer(marker, () => marker.openPopup());
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      show(true);
      point((at + step + found.length) % found.length);
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) choose(at);
    else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      none.hidden = true;
      show(false);
    } else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => show(false));
});
