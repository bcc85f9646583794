// A box that finds facilities, issues and streets among what the page holds.
"use strict";

geoMap.beside(({ map, groups, aside, held, names, plain }) => {
  const MOST = 8;
  const input = aside.querySelector(".gm-search input");
  const list = aside.querySelector(".gm-search ul");
  const none = aside.querySelector(".gm-search p");
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  let [known, found, at] = [null, [], -1];

  // Cards that the page has not got yet are asked for in turn, and found as they arrive.
  async function gather() {
    known = [];
    const streets = new Set();
    for (const [x, y, , , name] of names()) {
      if (streets.has(name)) continue;
      streets.add(name);
      known.push({ place: L.CRS.EPSG3857.pointToLatLng(L.point(x, y), 18), title: name, more: input.dataset.street, text: folded(name) });
    }
    for (const [layer, group] of Object.entries(groups)) {
      const { table, searched } = held.get(group) || {};
      if (!searched) continue;
      for (let chunk = 0; chunk < table.cards.chunks; chunk++) {
        const rows = await table.cards.chunk(chunk);
        rows.forEach((row, place) => row && known.push(entry(layer, chunk * table.cards.size + place, row, searched)));
        if (chunk % 4 === 3) lookAgain();
      }
    }
    lookAgain();
  }
  // Whoever has chosen, or gone on to something else, is left alone.
  let asking = false;
  const lookAgain = () => asking && look();

  function entry(layer, row, [title, subtitle, ...facts], searched) {
    const name = plain([title, subtitle].filter(Boolean).join(" "));
    const more = searched.map((label) => plain(String(facts[label] ?? "")));
    return { layer, row, title: name, more: more.filter(Boolean).join(" · "), text: folded([name, ...more].join("\n")) };
  }

  function look() {
    const words = folded(input.value).split(/\s+/).filter(Boolean);
    if (!known) gather().catch(() => {
      known = null;
    });
    found = words.length ? known.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    // What begins so comes first, then what is called so; a street before the many marks.
    const rank = ({ text, layer }) => (text.startsWith(words[0]) ? 0 : text.split("\n")[0].includes(words[0]) ? 2 : 4) + (layer ? 1 : 0);
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
    const { layer, row, place: street } = found[place];
    asking = false;
    show(false);
    if (!layer) {
      map.setView(street, 17, { animate: false });
      const name = Object.assign(document.createElement("b"), { textContent: found[place].title });
      L.popup({ closeButton: false, autoPan: false }).setLatLng(street).setContent(name).openOn(map);
      return;
    }
    const box = aside.querySelector(`[data-layer=${layer}]`);
    if (!box.checked) box.click();
    const kept = held.get(groups[layer]);
    // Who looks for one that is hidden wants to see it.
    if (kept.shown && !kept.shown[row]) document.dispatchEvent(new CustomEvent("gm:filter", { detail: (button) => button.dataset.filter !== "overdue" }));
    kept.open(row);
  }

  input.addEventListener("input", () => {
    asking = true;
    look();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      show(true);
      point((at + step + found.length) % found.length);
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) choose(at);
    else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      asking = false;
      none.hidden = true;
      show(false);
    } else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => {
    asking = false;
    show(false);
  });
});
