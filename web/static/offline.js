// The page's service worker: it keeps all files, so that the page works without the internet.

self.addEventListener("install", (event) => {
  const all = [".", ...FILES];
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(all)));
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name.startsWith("fer-") && name !== VERSION);
  event.waitUntil(caches.keys().then((names) => Promise.all(others(names).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const kept = caches.open(VERSION).then((cache) => cache.match(event.request, { ignoreSearch: true }));
  event.respondWith(kept.then((answer) => answer ?? fetch(event.request)));
});
