// Chips and lines of the legend that hide marks: each is a button that is pressed or not.
"use strict";

geoMap.beside(({ groups, aside, held }) => {
  const buttons = [...aside.querySelectorAll("[data-filter]")];
  if (!buttons.length) return;
  const isOn = (button) => button.getAttribute("aria-pressed") === "true";
  const kept = held.get(groups.issues);
  const ORDER = ["stage", "age", "category", "overdue"]; // of each mark's tags

  let applied = false;
  function apply() {
    applied = true;
    const hidden = ORDER.map((name) => {
      const off = buttons.filter((button) => button.dataset.filter === name && !isOn(button));
      return new Set(name === "overdue" ? [] : off.map((button) => kept.filters[name].indexOf(button.dataset.value)));
    });
    const onlyOverdue = buttons.some((button) => button.dataset.filter === "overdue" && isOn(button));
    // Rings are hidden together with the issues they are around.
    for (const one of held.values()) {
      const { table } = one;
      if (!table?.tags.length) continue;
      one.shown = new Uint8Array(table.count).fill(1);
      table.tags.forEach((tags, place) => {
        for (let row = 0; row < table.count; row++) if (hidden[place].has(tags[row]) || (onlyOverdue && place === 3 && !tags[row])) one.shown[row] = 0;
      });
      one.refresh();
    }
    document.dispatchEvent(new CustomEvent("gm:filtered"));
  }

  for (const button of buttons)
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!isOn(button)));
      apply();
    });
  // What is drawn later is hidden like the rest.
  document.addEventListener("gm:drawn", () => applied && apply());
  document.addEventListener("gm:filter", ({ detail }) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(detail(button)));
    apply();
  });
});
