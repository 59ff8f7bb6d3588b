// Entries that are not known to be saved yet. Each is stored on the phone before it is sent, and
// removed when the server has applied it. The server counts each id once.

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("notekeep", 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore("entries", { keyPath: "order", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function withStore(mode, work) {
  const transaction = (await database()).transaction("entries", mode);
  const request = work(transaction.objectStore("entries"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const list = () => withStore("readonly", (store) => store.getAll());
export const update = (entry) => withStore("readwrite", (store) => store.put(entry));
export const discard = (entry) => withStore("readwrite", (store) => store.delete(entry.order));

export function add(entry) {
  const now = new Date();
  const at = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  // crypto.randomUUID exists over HTTPS only.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return update({ id, at, ...entry });
}

let sending = null;

// Send what waits. Returns "online", "offline", or "signed out".
export function send() {
  sending ??= sendAll().finally(() => (sending = null));
  return sending;
}

async function sendAll() {
  const tried = new Set();
  for (;;) {
    const one = (await list()).find((entry) => !tried.has(entry.id));
    if (!one) return "online";
    tried.add(one.id);
    let answer, found;
    try {
      const headers = { "Content-Type": "application/json" };
      answer = await fetch("/api/entries", { method: "POST", headers, body: JSON.stringify(one) });
      found = await answer.json();
    } catch {
      return "offline"; // also where a proxy answers because nothing is behind it
    }
    if (answer.status === 403) return "signed out";
    await (answer.ok ? discard(one) : update({ ...one, error: found.error }));
  }
}
