"use strict";

// The page works without this file: it only saves a page load and finds the position itself.
(() => {
  const form = document.getElementById("ask");
  const find = document.getElementById("find");
  const label = find.querySelector("span");
  const said = label.textContent;
  const PATIENCE_MS = 10000;
  const FRESH_MS = 30000;
  let latest = 0;

  const answer = () => document.getElementById("answer");

  const busy = (words) => {
    label.textContent = words || said;
    find.setAttribute("aria-busy", String(Boolean(words)));
  };

  const tell = (words) => {
    const notice = answer().querySelector(".notice");
    notice.textContent = words;
    notice.classList.add("wrong");
    notice.scrollIntoView({ block: "center" });
  };

  const offline = () => import(form.dataset.offlineScript);

  const findInList = async () => {
    try {
      await (await offline()).answerOffline(form, answer());
    } catch {
      tell(form.dataset.notReached);
    }
  };

  // What the worker is to keep goes through its hands.
  const keepPlaces = async () => {
    try {
      const { serviceWorker } = navigator;
      if (!serviceWorker.controller) await new Promise((done) => serviceWorker.addEventListener("controllerchange", done, { once: true }));
      await (await offline()).keepPlaces(answer());
    } catch {
      // It is tried again when the page is next opened.
    }
  };

  // The server writes the answer; only that part of the page is exchanged for the new one.
  const ask = async (extra) => {
    const turn = (latest += 1);
    const asked = new URLSearchParams(new FormData(form));
    if (extra) asked.set(extra.name, extra.value);
    asked.set("lang", form.dataset.language);
    answer().setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(`${form.getAttribute("action")}?${asked}`, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const fresh = page.getElementById("answer");
      if (turn !== latest) return;
      if (!fresh) throw new Error("no answer");
      const kept = fresh.querySelector(".as-of:not([hidden])");
      if (kept && (await offline()).isFromElsewhere(form, fresh)) throw new Error("from elsewhere");
      answer().replaceWith(document.adoptNode(fresh));
    } catch {
      if (turn === latest) await findInList();
    } finally {
      if (turn === latest) answer().removeAttribute("aria-busy");
    }
  };

  const here = () =>
    new Promise((found, failed) => {
      if (!navigator.geolocation) failed(new Error("no geolocation"));
      else
        navigator.geolocation.getCurrentPosition(found, failed, {
          enableHighAccuracy: true,
          timeout: PATIENCE_MS,
          maximumAge: FRESH_MS,
        });
    });

  const findFromHere = async () => {
    if (find.getAttribute("aria-busy") === "true") return;
    busy(form.dataset.finding);
    try {
      const { coords } = await here();
      await askFrom(coords.latitude, coords.longitude);
    } catch {
      tell(form.dataset.notLocated);
      document.getElementById("by-hand").open = true;
    } finally {
      busy("");
    }
  };

  // More of a kind is what its tick would show.
  const choose = async (kind) => {
    for (const box of form.querySelectorAll("input[name=kind]")) box.checked = box.value === kind;
    await ask();
    answer().focus({ preventScroll: true });
    answer().scrollIntoView({ block: "start" });
  };

  form.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (pressed && pressed.name === "lang") return;
    event.preventDefault();
    if (pressed === find) findFromHere();
    else if (pressed && pressed.name === "kind") choose(pressed.value);
    else ask(pressed && pressed.name ? pressed : null);
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") ask();
  });

  const askFrom = async (lat, lon) => {
    form.elements.lat.value = lat.toFixed(6);
    form.elements.lon.value = lon.toFixed(6);
    form.elements.datum.value = "wgs84";
    await ask();
    if (navigator.serviceWorker) keepPlaces();
    answer().focus({ preventScroll: true });
    answer().scrollIntoView({ block: "start" });
  };

  // The map and all it is made of are loaded when one is first wanted.
  document.documentElement.classList.add("scripted");
  form.addEventListener("click", async ({ target }) => {
    const wanted = target.closest(".on-map");
    if (!wanted) return;
    try {
      const { showMap } = await import(document.getElementById("map").dataset.script);
      await showMap(wanted, askFrom);
    } catch {
      tell(form.dataset.notReached);
    }
  });

  // Keeps the page and its last answers for when there is no network.
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register("/sw.js").catch(() => null);
    keepPlaces();
  }

  // What opens at the end of the page would else lie behind the button.
  const byHand = document.getElementById("by-hand");
  byHand.addEventListener("toggle", () => byHand.open && byHand.scrollIntoView({ block: "center" }));
})();
