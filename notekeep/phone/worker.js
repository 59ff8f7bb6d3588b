// Keeps the files of the page for use without a connection; nothing of the vault is kept here.

const CACHE = "page";
const FILES = ["/", "/page.js", "/queue.js", "/style.css", "/manifest.webmanifest", "/icon.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method === "GET" && FILES.includes(path)) {
    event.respondWith(fromServer(event.request, path));
  }
});

async function fromServer(request, path) {
  const cache = await caches.open(CACHE);
  const answer = await fetch(request).catch(() => null);
  if (answer?.ok) await cache.put(path, answer.clone());
  // A proxy answers with an error where nothing is behind it.
  const isThere = answer && answer.status < 500;
  return isThere ? answer : ((await cache.match(path)) ?? answer ?? Response.error());
}
