"use strict";

// Reports kept on this phone until they are sent. Each has one key for all tries, so that the
// server keeps it once however often the answer is lost on the way.
(() => {
  const NAME = "geo_service_reports";
  const STORE = "drafts";
  const FOR_LATER = new Set([408, 429]);
  let opening = null;

  const opened = () => {
    opening =
      opening ||
      new Promise((done, failed) => {
        const asked = indexedDB.open(NAME, 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => failed(asked.error);
      });
    return opening;
  };

  const act = async (mode, ask) => {
    const database = await opened();
    return new Promise((done, failed) => {
      const turn = database.transaction(STORE, mode);
      const asked = ask(turn.objectStore(STORE));
      turn.oncomplete = () => done(asked.result);
      turn.onabort = () => failed(turn.error);
    });
  };

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const make = () => ({ id: random(), key: random(), state: "open", title: "", begun: Date.now(), fields: [], photos: [] });

  const put = (draft) => act("readwrite", (store) => store.put(draft));
  const remove = (id) => act("readwrite", (store) => store.delete(id));
  // Drafts of earlier versions of the page have one photo.
  const whole = ({ photo, ...draft }) => ({ photos: photo ? [photo] : [], ...draft });
  const get = async (id) => {
    const draft = await act("readonly", (store) => store.get(id));
    return draft && whole(draft);
  };
  const all = async () => (await act("readonly", (store) => store.getAll())).map(whole).sort((a, b) => a.begun - b.begun);

  const bodyOf = (draft) => {
    const body = new FormData();
    for (const [name, value] of draft.fields) body.append(name, value);
    for (const photo of draft.photos) body.append("media", photo, "photo");
    return body;
  };

  // Two windows of one phone send nothing at the same time.
  const alone = (work) => (navigator.locks ? navigator.locks.request(NAME, work) : work());

  // Answers how it went: sent, refused (with the page that says why), or neither: to be tried again.
  const post = async (draft) => {
    let reply;
    let page;
    try {
      reply = await fetch("/report", {
        method: "POST",
        body: bodyOf(draft),
        headers: { Accept: "text/html", "Idempotency-Key": draft.key },
      });
      page = await reply.text();
    } catch {
      return { draft };
    }
    if (reply.ok && reply.redirected) {
      const link = new URL(reply.url).pathname;
      return { draft: { ...draft, state: "sent", link, fields: [], photos: [] } };
    }
    if (reply.ok || reply.status >= 500 || FOR_LATER.has(reply.status)) return { draft };
    return { draft: { ...draft, state: "refused" }, page };
  };

  const send = (draft) =>
    alone(async () => {
      const waiting = { ...draft, state: "waiting" };
      await put(waiting);
      const done = await post(waiting);
      await put(done.draft);
      return done;
    });

  const sendWaiting = async (changed) => {
    for (const { id } of await all()) {
      const reached = await alone(async () => {
        const draft = await get(id);
        if (!draft || draft.state !== "waiting") return true;
        const done = await post(draft);
        // What was discarded meanwhile stays so.
        if (await get(id)) await put(done.draft);
        return done.draft.state !== "waiting";
      });
      await changed();
      if (!reached) return;
    }
  };

  window.reportDrafts = { make, put, remove, all, send, sendWaiting };
})();
