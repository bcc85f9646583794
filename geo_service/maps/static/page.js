// What a map of geo_service does in the browser. All text it is given is HTML whose user parts are
// entities already; nothing here turns text into script, and nothing asks another host
// but for the base map that the settings name.
"use strict";

const geoMap = (() => {
  const NARROW = 720; // px: below this the panel lies at the bottom, folded
  const held = new Map(); // what each group shows, for filters, search and downloads
  const choices = new Map(); // what is chosen in a layer's legend, by its name in the address

  // --- text -------------------------------------------------------------------------------------
  const scratch = document.createElement("template");
  const plain = (html) => {
    // Most text is without tags, and a template takes long for much of it.
    if (!html.includes("<")) return html.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
    scratch.innerHTML = html;
    return scratch.content.textContent;
  };
  const sign = (name) => `<svg class="gm-sign" aria-hidden="true"><use href="#gm-sign-${name}"/></svg>`;

  function card(title, subtitle, labels, values, head = "") {
    const facts = labels
      .map((label, i) => (values[i] === null ? "" : `<dt>${label}</dt><dd>${values[i]}</dd>`))
      .join("");
    const under = subtitle ? `<p>${subtitle}</p>` : "";
    return `<article class="gm-card"><header>${head}<div><h2>${title}</h2>${under}</div></header><dl>${facts}</dl></article>`;
  }

  const isWide = () => window.innerWidth >= NARROW;
  // To ask how wide the panel is costs a layout, so that is done once for many cards.
  let room = null;
  window.addEventListener("resize", () => {
    room = null;
  });
  function popupRoom() {
    if (room) return room;
    // A card must not open under the panel.
    const panel = document.getElementById("gm-panel");
    const beside = panel && isWide() ? panel.offsetWidth + 32 : 12;
    return (room = { minWidth: 240, maxWidth: 300, autoPanPaddingTopLeft: [beside, 16], autoPanPaddingBottomRight: [16, 16] });
  }

  // --- much data --------------------------------------------------------------------------------
  const waiting = []; // what has still to be drawn before the page is ready
  const later = new Map(); // what a layer draws when it is first shown
  function whenNeeded(what, parent, fetched) {
    const draw = async () => geoMap[what](parent, await fetched());
    // The ground is needed at once, and so are marks: they are searched too.
    if (parent === geoMap.map || what === "marks") waiting.push(draw());
    else later.set(parent, [...(later.get(parent) || []), draw]);
  }
  async function drawn(group) {
    const draws = later.get(group) || [];
    later.delete(group);
    if (draws.length) drawing.set(group, Promise.all(draws.map((draw) => draw())));
    await drawing.get(group);
    if (draws.length) document.dispatchEvent(new CustomEvent("gm:drawn"));
  }
  const drawing = new Map();

  function unfold(what, parent, text) {
    whenNeeded(what, parent, () => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return new Response(stream).json();
    });
  }

  async function asked(address) {
    const reply = await fetch(address);
    if (!reply.ok) throw new Error(`${address}: ${reply.status}`);
    return reply.json();
  }
  const ask = (what, parent, address) => whenNeeded(what, parent, () => asked(address));

  // --- the page ---------------------------------------------------------------------------------
  function open(name, { corners, osm, tiles }) {
    const map = L.map(name, { zoomControl: false, minZoom: 3, maxZoom: 19, zoomSnap: 0.5, attributionControl: false });
    for (const [pane, depth] of [["ground", 350], ["heat", 380], ["names", 390]]) map.createPane(pane).style.zIndex = depth;
    for (const pane of ["heat", "names"]) map.getPane(pane).style.pointerEvents = "none";
    geoMap.ground = L.canvas({ pane: "ground", padding: 0.3, tolerance: 3 });
    geoMap.map = map;
    fit(map, corners);
    L.control.zoom({ position: "topright", zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
    const source = osm
      ? '街道 Streets © <a href="https://www.openstreetmap.org/copyright" rel="noreferrer">OpenStreetMap</a>'
      : "街道：本工作区 Streets: this workspace";
    const credit = L.control.attribution({ position: "bottomright", prefix: false }).addTo(map);
    if (tiles) geoMap.layTiles(map, tiles, credit, source);
    else credit.addAttribution(source);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
    return map;
  }

  function fit(map, corners) {
    const panel = document.getElementById("gm-panel");
    const wide = isWide();
    map.fitBounds(corners, {
      paddingTopLeft: wide && panel ? [panel.offsetWidth + 40, 30] : [24, 24],
      paddingBottomRight: wide || !panel ? [40, 40] : [24, panel.offsetHeight + 40],
      maxZoom: 17,
      animate: false,
    });
  }

  function panel(map, groups, corners) {
    const aside = document.getElementById("gm-panel");
    const fold = aside.querySelector(".gm-fold");
    const setFolded = (folded) => {
      aside.classList.toggle("gm-folded", folded);
      fold.setAttribute("aria-expanded", String(!folded));
    };
    const tellHeight = () => document.body.style.setProperty("--panel", `${aside.offsetHeight + 8}px`);
    new ResizeObserver(tellHeight).observe(aside);
    setFolded(!isWide());
    fold.addEventListener("click", () => setFolded(!aside.classList.contains("gm-folded")));
    const status = aside.querySelector("[role=status]");
    const say = (text) => {
      status.textContent = text;
    };
    const offer = async () => {
      const shown = [];
      // Marks are gathered for the view they are first shown in.
      fit(map, corners);
      for (const box of aside.querySelectorAll("[data-layer]")) {
        const group = groups[box.dataset.layer];
        const show = async () => {
          box.closest("section").classList.toggle("gm-off", !box.checked);
          if (box.checked) await drawn(group).catch(fail);
          if (box.checked) map.addLayer(group);
          else map.removeLayer(group);
        };
        box.addEventListener("change", show);
        shown.push(show());
      }
      await Promise.all(shown);
      for (const begin of companions) begin({ map, groups, aside, held, plain, say, names: () => geoMap.streetNames || [] });
      if (geoMap.painted) await geoMap.painted();
      map.whenReady(() => document.documentElement.setAttribute("data-map", "ready"));
    };
    const fail = (reason) => {
      const words = "无法载入全部内容，请刷新；若仍不行，请更新浏览器。 Not all could be loaded: load the page again, or a newer browser may do it.";
      aside.querySelector("header").insertAdjacentHTML("afterbegin", `<p class="gm-note">${words}</p>`);
      throw reason;
    };
    Promise.all(waiting).then(offer).catch(fail);
  }

  // Other scripts of the page begin when all is drawn.
  const companions = [];
  const beside = (begin) => companions.push(begin);

  // What each kind of layer needs is added by its own script.
  return { open, unfold, ask, asked, panel, beside, held, choices, plain, sign, card, isWide, popupRoom };
})();
