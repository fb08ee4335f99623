// Hai Chiều without network: hands out the files of the pages, and the rolls that a page has kept (roll.js). Sends nothing.
const FILES = 'files-{hash}';
const OWN = ['{files}'];
const DAY = 24 * 3600 * 1000;
const WAIT = 4000;

self.addEventListener('install', (e) => e.waitUntil(caches.open(FILES).then((kept) => kept.addAll(OWN)).then(() => skipWaiting())));
self.addEventListener('activate', (e) => e.waitUntil(caches.keys().then((names) => Promise.all(
  names.filter((it) => it.startsWith('files-') && it !== FILES).map((it) => caches.delete(it))))));

self.addEventListener('fetch', (e) => {
  const { origin, pathname, search } = new URL(e.request.url);
  if (e.request.method !== 'GET' || origin !== location.origin) return;
  if (pathname.startsWith('/static/')) e.respondWith(file(e.request, pathname));
  if (/^\/meetings\/[^/]+\/roll-call$/.test(pathname) && !search) e.respondWith(roll(e.request));
});

// A roll that an earlier release has drawn finds its files under their names; its style was that of all pages.
async function file(request, path) {
  const name = path.slice(path.lastIndexOf('/')).replace('/site', '/roll');
  const named = OWN.find((it) => it.endsWith(name));
  return await caches.match(request) ?? fetch(request).catch(async (lost) => await caches.match(named ?? '') ?? Promise.reject(lost));
}

async function roll(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (!kept || !(Math.abs(Date.now() - kept.headers.get('kept-at')) < DAY)) return fetch(request);
  const late = new Promise((done) => { setTimeout(done, WAIT); });
  const answer = await Promise.race([fetch(request), late]).catch(() => null);
  return !answer || answer.status > 501 ? kept : answer;
}
