// The address tells what is looked at: #map=zoom/lat/lon&layers=a,b&off=stage.over,age.7&overdue
// &slot=3.8 (of the week's hours) &reach=1.5 (of catchments: the second kind, minutes)
"use strict";

geoMap.beside(({ map, groups, aside, say }) => {
  const CHOICES = ["slot", "reach"];
  const boxes = [...aside.querySelectorAll("[data-layer]")];
  const filters = [...aside.querySelectorAll("[data-filter]")];
  const isOn = (button) => button.getAttribute("aria-pressed") === "true";
  const nameOf = (button) => `${button.dataset.filter}.${encodeURIComponent(button.dataset.value)}`;

  // Of a layer that is drawn later what is to be chosen waits.
  const waiting = new Map();
  function choose() {
    for (const [name, text] of waiting) {
      if (!geoMap.choices.has(name)) continue;
      waiting.delete(name);
      geoMap.choices.get(name).choose(text);
    }
  }

  function written() {
    const { lat, lng } = map.getCenter();
    const parts = [
      `map=${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`,
      `layers=${boxes.filter((box) => box.checked).map((box) => box.dataset.layer).join(",")}`,
    ];
    const off = filters.filter((button) => button.dataset.filter !== "overdue" && !isOn(button)).map(nameOf);
    if (off.length) parts.push(`off=${off.join(",")}`);
    if (filters.some((button) => button.dataset.filter === "overdue" && isOn(button))) parts.push("overdue");
    for (const name of CHOICES) {
      const text = waiting.get(name) ?? geoMap.choices.get(name)?.written();
      if (text) parts.push(`${name}=${text}`);
    }
    return `#${parts.join("&")}`;
  }

  function restore() {
    const told = new Map(location.hash.slice(1).split("&").map((part) => part.split("=")));
    const view = (told.get("map") || "").split("/").map(Number);
    if (!told.has("map") || view.length !== 3 || !view.every(Number.isFinite)) return;
    const [zoom, lat, lon] = view;
    if (Math.abs(lat) > 85.05 || Math.abs(lon) > 540) return;
    if (told.has("layers")) {
      const wanted = told.get("layers").split(",");
      for (const box of boxes) {
        if (box.checked === wanted.includes(box.dataset.layer)) continue;
        box.checked = !box.checked;
        box.dispatchEvent(new Event("change"));
      }
    }
    const off = (told.get("off") || "").split(",");
    if (filters.length)
      document.dispatchEvent(
        new CustomEvent("gm:filter", {
          detail: (button) => (button.dataset.filter === "overdue" ? told.has("overdue") : !off.includes(nameOf(button))),
        }),
      );
    for (const name of CHOICES) waiting.set(name, told.get(name) || "");
    choose();
    map.setView([lat, lon], Math.min(19, Math.max(3, zoom)), { animate: false });
  }

  restore();
  document.addEventListener("gm:drawn", choose);
  // A page that nobody has touched keeps its short address.
  const keep = () => history.replaceState(null, "", written());
  map.on("moveend", keep);
  boxes.forEach((box) => box.addEventListener("change", keep));
  document.addEventListener("gm:filtered", keep);
  document.addEventListener("gm:chosen", keep);
  window.addEventListener("hashchange", restore);

  const copy = aside.querySelector("[data-tool=link]");
  copy.addEventListener("click", async () => {
    keep();
    try {
      await navigator.clipboard.writeText(location.href);
      say(copy.dataset.done);
    } catch {
      // Without the right to copy the link is shown, to be copied by hand.
      say(location.href);
    }
  });
});
