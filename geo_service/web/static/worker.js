"use strict";

// What stays on the phone, so that the rider's page opens without a network, and the report page:
// their parts, the last answers with their times, and the report page's empty form as it is for
// somebody without a key. Nothing else is kept, least of all what needs a key.
// The list of places, once asked for, is kept whatever position it was asked for.
// The server puts in front of this: SHELL, LATER, PLACES, FORM, FORM_PARTS and VERSION.
const PARTS = `parts-${VERSION}`;
const ANSWERS = `answers-${VERSION}`;
const LISTS = `places-${VERSION}`;
const FORMS = `forms-${VERSION}`;
const MOST_ANSWERS = 12;
const CHOICES = ["kind", "open_at", "usable", "k"];
const POSITION = ["lat", "lon"];

// What was chosen is what an answer is found by; where the rider was then is not asked.
const choicesOf = (asked) => {
  const given = (name) => asked.getAll(name).filter(Boolean).sort();
  const chosen = new URLSearchParams(CHOICES.flatMap((name) => given(name).map((value) => [name, value])));
  const bare = ![...CHOICES, ...POSITION].some((name) => given(name).length);
  return String(bare ? new URLSearchParams({ open_at: "now" }) : chosen);
};

const keep = async (asked, reply) => {
  const language = reply.headers.get("Content-Language");
  if (reply.status !== 200 || !language) return;
  const answers = await caches.open(ANSWERS);
  const name = `/kept/${language}?${choicesOf(asked)}`;
  // What was kept last stands last.
  await answers.delete(name, { ignoreVary: true });
  await answers.put(name, reply);
  const names = await answers.keys();
  for (const old of names.slice(0, -MOST_ANSWERS)) await answers.delete(old, { ignoreVary: true });
};

const recall = async (asked, opening) => {
  const answers = await caches.open(ANSWERS);
  const names = (await answers.keys()).reverse();
  const language = asked.get("lang");
  const speaks = (url) => !language || url.pathname === `/kept/${language}`;
  const fits = (url) => url.search === `?${choicesOf(asked)}`;
  // Whoever opens the page sees the last answer; whoever chooses, only an answer to that choice.
  const bare = ![...asked.keys()].some((name) => CHOICES.includes(name));
  const rules = [(url) => speaks(url) && (fits(url) || (opening && bare))];
  if (opening) rules.push(speaks, () => true);
  for (const rule of rules) {
    const found = names.find((name) => rule(new URL(name.url)));
    if (found) return answers.match(found, { ignoreVary: true });
  }
  return null;
};

const answer = async (event, url) => {
  try {
    const reply = await fetch(event.request);
    event.waitUntil(keep(url.searchParams, reply.clone()));
    return reply;
  } catch (gone) {
    const kept = await recall(url.searchParams, event.request.mode === "navigate");
    if (!kept) throw gone;
    const headers = new Headers(kept.headers);
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
    const page = await kept.text();
    return new Response(page.replace('class="as-of" hidden', 'class="as-of"'), { headers });
  }
};

// The form that somebody sees may say that it is a rider's: what is kept is asked for without that.
const keepForm = async (language) => {
  if (!language) return;
  const reply = await fetch(`${FORM}?lang=${language}`, { credentials: "omit" });
  if (reply.status !== 200) return;
  const parts = await caches.open(PARTS);
  const held = new Set((await parts.keys()).map((request) => new URL(request.url)).map((url) => url.pathname + url.search));
  await parts.addAll(FORM_PARTS.filter((address) => !held.has(address)));
  const forms = await caches.open(FORMS);
  const name = `/kept/report/${language}`;
  await forms.delete(name, { ignoreVary: true });
  await forms.put(name, reply);
};

const form = async (event, url) => {
  try {
    const reply = await fetch(event.request);
    if (reply.status === 200) event.waitUntil(keepForm(reply.headers.get("Content-Language")).catch(() => null));
    return reply;
  } catch (gone) {
    const forms = await caches.open(FORMS);
    const names = (await forms.keys()).reverse();
    const language = url.searchParams.get("lang");
    const found = names.find((name) => new URL(name.url).pathname === `/kept/report/${language}`) || names[0];
    if (!found) throw gone;
    return forms.match(found, { ignoreVary: true });
  }
};

const places = async (request) => {
  const lists = await caches.open(LISTS);
  try {
    const reply = await fetch(request);
    if (reply.status === 200) await lists.put(PLACES, reply.clone());
    return reply;
  } catch (gone) {
    const held = await lists.match(PLACES, { ignoreVary: true });
    if (held) return held;
    throw gone;
  }
};

// Versions never change, so what is kept of them is right; a map's streets may change.
const part = async (request, versioned) => {
  const parts = await caches.open(PARTS);
  const held = await parts.match(request, { ignoreVary: true });
  if (held && versioned) return held;
  try {
    const reply = await fetch(request);
    if (reply.status === 200) await parts.put(request, reply.clone());
    return reply;
  } catch (gone) {
    if (held) return held;
    throw gone;
  }
};

const takeOver = async () => {
  for (const name of await caches.keys()) if (![PARTS, ANSWERS, LISTS, FORMS].includes(name)) await caches.delete(name);
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const url of open.map((page) => new URL(page.url)).filter((url) => url.pathname === "/")) {
    await fetch(url).then((reply) => keep(url.searchParams, reply), () => null);
  }
  for (const url of open.map((page) => new URL(page.url)).filter((url) => url.pathname === FORM)) {
    await fetch(url).then((reply) => keepForm(reply.headers.get("Content-Language"))).catch(() => null);
  }
  await self.clients.claim();
};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(PARTS).then((parts) => parts.addAll(SHELL)));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const address = url.pathname + url.search;
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === "/") event.respondWith(answer(event, url));
  else if (url.pathname === PLACES) event.respondWith(places(event.request));
  else if (url.pathname === FORM) event.respondWith(form(event, url));
  else if ([...SHELL, ...LATER, ...FORM_PARTS].includes(address)) event.respondWith(part(event.request, SHELL.includes(address) || url.searchParams.has("v")));
});
