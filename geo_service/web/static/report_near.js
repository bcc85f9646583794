"use strict";

// Open issues near the place of a report, looked up while it is written.
(() => {
  const PAUSE_MS = 250;
  let turn = 0;
  let askedFor = "";
  let waiting = 0;

  const section = () => document.getElementById("near");

  const look = async (form, show) => {
    const { lat, long, datum } = form.elements;
    const chosen = form.querySelector(".pick:checked");
    const asked = chosen && lat.value && long.value
      ? new URLSearchParams({ service_code: chosen.value, lat: lat.value.trim(), long: long.value.trim(), datum: datum.value }).toString()
      : "";
    // Its answer is on the way, or there.
    if (asked && asked === askedFor) return;
    const mine = (turn += 1);
    askedFor = asked;
    let features = [];
    if (asked && navigator.onLine) {
      try {
        const reply = await fetch(`/issues/near?${asked}`);
        if (reply.ok) ({ features } = await reply.json());
      } catch {
        askedFor = "";
      }
    }
    if (mine !== turn) return;
    section().querySelector("ul").replaceChildren(...features.map(show));
    section().hidden = !features.length;
  };

  // `show` makes a card of each.
  const soon = (form, show) => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS, form, show);
  };

  const forget = () => {
    askedFor = "";
    section().hidden = true;
  };

  window.reportNear = { soon, forget };
})();
