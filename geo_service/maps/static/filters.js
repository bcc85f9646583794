// Chips and lines of the legend that hide marks: each is a button that is pressed or not.
"use strict";

geoMap.beside(({ groups, aside, held }) => {
  const buttons = [...aside.querySelectorAll("[data-filter]")];
  if (!buttons.length) return;
  const isOn = (button) => button.getAttribute("aria-pressed") === "true";
  const kept = held.get(groups.issues);
  const ORDER = ["stage", "age", "category", "overdue"]; // of each mark's tags

  function apply() {
    const hidden = ORDER.map((name) => {
      const off = buttons.filter((button) => button.dataset.filter === name && !isOn(button));
      return new Set(name === "overdue" ? [] : off.map((button) => kept.filters[name].indexOf(button.dataset.value)));
    });
    const onlyOverdue = buttons.some((button) => button.dataset.filter === "overdue" && isOn(button));
    kept.shown = kept.tags.map((tags) => !(onlyOverdue && !tags[3]) && !tags.some((value, place) => hidden[place].has(value)));
    kept.holder.clearLayers();
    kept.holder.addLayers(kept.markers.filter((_, row) => kept.shown[row]));
    document.dispatchEvent(new CustomEvent("gm:filtered"));
  }

  for (const button of buttons)
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!isOn(button)));
      apply();
    });
  document.addEventListener("gm:filter", ({ detail }) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(detail(button)));
    apply();
  });
});
