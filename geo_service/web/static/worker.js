"use strict";

// What stays on the phone, so that the rider's page opens without a network: its parts, and the
// last answers with their times. Nothing else is kept, least of all what needs a key.
// The server puts in front of this: SHELL, LATER and VERSION.
const PARTS = `parts-${VERSION}`;
const ANSWERS = `answers-${VERSION}`;
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
  for (const name of await caches.keys()) if (name !== PARTS && name !== ANSWERS) await caches.delete(name);
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const url of open.map((page) => new URL(page.url)).filter((url) => url.pathname === "/")) {
    await fetch(url).then((reply) => keep(url.searchParams, reply), () => null);
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
  else if (SHELL.includes(address) || LATER.includes(address)) event.respondWith(part(event.request, SHELL.includes(address) || url.searchParams.has("v")));
});
