"use strict";

// The page works without this file: it finds the position, keeps drafts and shows what is near.
(() => {
  const drafts = window.reportDrafts;
  const photos = window.reportPhotos;
  const cards = window.reportCards;
  const near = window.reportNear;
  const place = window.reportPlace;
  const words = JSON.parse(document.getElementById("report").dataset.words);
  const PAUSE_MS = 250;
  const MOST_PHOTOS = Number(document.getElementById("report").dataset.mostPhotos);
  const NOT_KEPT = new Set(["media", "key", "idempotency_key"]);
  const seen = (id) => document.getElementById(id);
  const said = (sentence, value) => sentence.replace("{}", String(value));

  let draft = drafts.make();
  let busy = false;
  let saving = 0;

  const tell = (sentence, wrong = false) => {
    const told = seen("told");
    told.textContent = sentence;
    told.classList.toggle("wrong", wrong);
    if (sentence) told.scrollIntoView({ block: "center" });
  };

  const form = () => seen("report");
  const chosen = () => form().querySelector(".pick:checked");
  const titleOf = () => (chosen() ? form().querySelector(`label[for="${chosen().id}"]`).textContent : "");
  const isEmpty = () => !draft.photos.length && !chosen() && !form().elements.description.value && !form().elements.address_string.value;

  const label = () => {
    const send = seen("send");
    if (!send.dataset.said) send.dataset.said = send.textContent;
    send.textContent = busy ? words.sending : navigator.onLine ? send.dataset.said : words.later;
    send.setAttribute("aria-busy", String(busy));
  };

  // Questions of other categories stay out of what is sent.
  const showQuestions = () => {
    const code = chosen() ? chosen().value : null;
    for (const block of form().querySelectorAll(".questions")) {
      for (const input of block.querySelectorAll("input, textarea")) input.disabled = block.dataset.category !== code;
    }
  };

  const take = () => {
    draft.fields = [...new FormData(form())].filter(([name]) => !NOT_KEPT.has(name));
    draft.title = titleOf();
  };

  const keep = async () => {
    clearTimeout(saving);
    if (busy || isEmpty()) return;
    take();
    try {
      await drafts.put(draft);
    } catch {
      tell(words.noStore, true);
    }
  };

  const keepSoon = () => {
    clearTimeout(saving);
    saving = setTimeout(keep, PAUSE_MS);
  };

  const showPhotos = async () => {
    await photos.show(draft.photos, seen("previews"), words, dropPhoto);
    seen("photo").disabled = draft.photos.length >= MOST_PHOTOS;
  };

  const dropPhoto = async (photo) => {
    draft.photos = draft.photos.filter((one) => one !== photo);
    await showPhotos();
    seen("photo").focus();
    await keep();
  };

  const photosChosen = async () => {
    const own = draft;
    const files = [...seen("photo").files];
    const room = MOST_PHOTOS - own.photos.length;
    for (const file of files.slice(0, room)) own.photos.push(await photos.smaller(file));
    if (own !== draft) return;
    // So that the same can be chosen again once it has been taken out.
    seen("photo").value = "";
    await showPhotos();
    if (files.length > room) tell(words.tooMany, true);
    await keep();
    if (files.length && !form().elements.lat.value) locate();
  };

  const placed = async () => {
    await keep();
    nearSoon();
  };
  const locate = () => place.locate(form(), words, placed);
  const choosePlace = () => place.choose(form(), words, placed);

  const support = async (issueId, pressed) => {
    pressed.disabled = true;
    try {
      const reply = await fetch("/report/support", { method: "POST", body: new URLSearchParams({ issue_id: issueId }) });
      if (!reply.ok) throw new Error("refused");
    } catch {
      pressed.disabled = false;
      tell(words.notSupported, true);
      return;
    }
    await forget(draft.id);
    await begin(drafts.make(), false);
    tell(words.supported);
  };

  const nearSoon = () => near.soon(form(), (one) => cards.near(one, words, "rider" in form().dataset ? support : null));

  const forget = async (id) => {
    clearTimeout(saving);
    try {
      await drafts.remove(id);
    } catch {
      // Nothing is kept where nothing can be.
    }
  };

  const discard = async (kept) => {
    await forget(kept.id);
    await list();
  };

  const list = async () => {
    let kept = [];
    try {
      kept = await drafts.all();
    } catch {
      kept = [];
    }
    const others = kept.filter((one) => one.id !== draft.id).reverse();
    seen("drafts").querySelector("ul").replaceChildren(...others.map((one) => cards.draft(one, words, { resume: begin, sendNow: sendWaiting, discard })));
    seen("drafts").hidden = !others.length;
  };

  const sendWaiting = async () => {
    if (!navigator.onLine) return;
    try {
      await drafts.sendWaiting(list);
    } catch {
      await list();
    }
  };

  const fill = () => {
    const held = new Set(draft.fields.map(([name, value]) => JSON.stringify([name, value])));
    const texts = new Map(draft.fields);
    for (const input of form().querySelectorAll("input, textarea, select")) {
      if (!input.name || NOT_KEPT.has(input.name)) continue;
      if (input.type === "radio" || input.type === "checkbox") input.checked = held.has(JSON.stringify([input.name, input.value]));
      else if (texts.has(input.name)) input.value = texts.get(input.name);
    }
    const group = chosen() && chosen().closest("details");
    if (group) group.open = true;
  };

  // A reset would bring back what the server wrote into the form.
  const clear = () => {
    for (const input of form().querySelectorAll("input, textarea, select")) {
      input.removeAttribute("aria-invalid");
      if (input.type === "radio" || input.type === "checkbox") input.checked = false;
      else if (input.tagName === "SELECT") input.selectedIndex = 0;
      else if (input.name !== "idempotency_key") input.value = "";
    }
    for (const fault of form().querySelectorAll("[data-fault], [role=alert]")) fault.remove();
    for (const group of form().querySelectorAll("details.group")) group.open = false;
  };

  const begin = async (other, keeping = true) => {
    if (keeping) await keep();
    draft = { ...other, state: "open" };
    clear();
    fill();
    seen("where").textContent = "";
    near.forget();
    attach();
    await showPhotos();
    await list();
  };

  // The server says beside each field what is wrong; the draft has the photo still.
  const renew = async (page) => {
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("report");
    if (!fresh) {
      tell(words.notReached, true);
      return;
    }
    form().replaceWith(document.adoptNode(fresh));
    const lost = seen("photo-lost");
    if (lost) lost.remove();
    draft = { ...draft, state: "open" };
    fill();
    if (form().querySelector("[data-fault=requested_datetime]")) {
      form().elements.requested_datetime.value = "";
      draft.timeless = true;
    }
    attach();
    await showPhotos();
    near.forget();
    nearSoon();
    const alert = form().querySelector("[role=alert]");
    if (alert) alert.scrollIntoView({ block: "center" });
  };

  const rememberKey = async () => {
    await keep();
    let page;
    try {
      const body = new FormData();
      body.append("key", form().elements.key.value);
      const reply = await fetch("/report/key", { method: "POST", body, headers: { Accept: "text/html" } });
      page = await reply.text();
    } catch {
      tell(words.notReached, true);
      return;
    }
    take();
    await renew(page);
  };

  const send = async () => {
    if (busy) return;
    if (near.bringIntoView()) {
      seen("send").textContent = words.another;
      return;
    }
    clearTimeout(saving);
    const time = form().elements.requested_datetime;
    // When it was seen stays the same however late it is sent.
    if (!time.value && !draft.timeless) time.value = new Date().toISOString();
    take();
    busy = true;
    label();
    tell("");
    let done = null;
    try {
      if (navigator.onLine) done = await drafts.send(draft);
      else await drafts.put({ ...draft, state: "waiting" });
    } catch {
      busy = false;
      label();
      tell(words.noStore, true);
      return;
    }
    if (done && done.draft.state === "sent") {
      // Busy to the end, so that leaving the page keeps no draft of what has been sent.
      location.assign(`${done.draft.link}?thanks=1`);
      return;
    }
    busy = false;
    label();
    if (done && done.page) await renew(done.page);
    else {
      await begin(drafts.make(), false);
      tell(words.kept);
    }
  };

  function attach() {
    const filled = form().elements.lat.value || form().querySelector("[data-fault=lat], [data-fault=long], [data-fault=address_string]");
    seen("by-hand").open = Boolean(filled && !seen("where").textContent);
    showQuestions();
    label();
    if (form().dataset.attached) return;
    form().dataset.attached = "true";
    // The browser's own words on it are in the browser's language, not the page's.
    for (const take of form().querySelectorAll(".take")) take.hidden = false;
    seen("here").addEventListener("click", locate);
    seen("on-map").addEventListener("click", choosePlace);
    seen("photo").addEventListener("change", photosChosen);
    form().addEventListener("input", keepSoon);
    form().addEventListener("change", (event) => {
      if (event.target.name === "service_code") showQuestions();
      keepSoon();
      nearSoon();
    });
    form().addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter && event.submitter.id === "keep-key") rememberKey();
      else send();
    });
  }

  const start = async () => {
    // What was begun without a script, with photos that the server holds, goes on without one.
    if (form().querySelector("[name=held]")) return;
    document.documentElement.classList.add("scripted");
    attach();
    let kept = [];
    try {
      kept = await drafts.all();
    } catch {
      kept = [];
    }
    const unfinished = kept.filter((one) => one.state === "open").pop();
    if (unfinished && isEmpty()) {
      draft = unfinished;
      fill();
      attach();
      await showPhotos();
      nearSoon();
    }
    await list();
    document.documentElement.dataset.report = "ready";
    await sendWaiting();
  };

  // Keeps the page, empty, for when there is no network.
  if (navigator.serviceWorker) navigator.serviceWorker.register("/sw.js").catch(() => null);

  addEventListener("online", () => {
    label();
    sendWaiting();
  });
  addEventListener("offline", label);
  addEventListener("pagehide", keep);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  start();
})();
