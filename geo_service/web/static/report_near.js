"use strict";

// Open issues near the place of a report, looked up while it is written.
(() => {
  const PAUSE_MS = 250;
  const BAR_PX = 96; // the bar with the button covers the end of the window
  const SEEN_PX = 60; // so much of the list is seen as being there
  let turn = 0;
  let askedFor = "";
  let waiting = 0;
  let fresh = false; // there are such issues, and nobody has been shown them
  let shownFor = "";

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
    fresh = features.length > 0 && asked !== shownFor;
  };

  // Says whether such issues were out of sight when the report was to be sent, and shows them; once.
  const bringIntoView = () => {
    const { top, bottom } = section().getBoundingClientRect();
    const hidden = fresh && (bottom < SEEN_PX || top > innerHeight - BAR_PX - SEEN_PX);
    if (fresh) shownFor = askedFor;
    fresh = false;
    if (hidden) section().scrollIntoView({ block: "center" });
    return hidden;
  };

  // `show` makes a card of each.
  const soon = (form, show) => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS, form, show);
  };

  const forget = () => {
    askedFor = "";
    fresh = false;
    section().hidden = true;
  };

  window.reportNear = { soon, forget, bringIntoView };
})();
