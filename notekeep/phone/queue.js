// Entries that are not known to be saved yet. Each is stored on the phone before it is sent, and
// removed when the server has said that it is applied. The server counts each id once.

const BATCH = 20;

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
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

function makeId() {
  // randomUUID is there over HTTPS only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function localTime() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

export async function add(entry) {
  const full = { id: makeId(), at: localTime(), ...entry };
  await withStore("readwrite", (store) => store.add(full));
}

export function list() {
  return withStore("readonly", (store) => store.getAll());
}

export function discard(entry) {
  return withStore("readwrite", (store) => store.delete(entry.order));
}

export function retry(entry) {
  return withStore("readwrite", (store) => store.put({ ...entry, refused: "" }));
}

let sending = null;

// Send what waits. Answers "sent", "offline", or "signed out".
export function send() {
  sending ??= sendAll().finally(() => (sending = null));
  return sending;
}

async function sendAll() {
  const tried = new Set();
  for (;;) {
    const waiting = (await list()).filter((one) => !one.refused && !tried.has(one.order));
    if (waiting.length === 0) return "sent";
    // Photos are large: each goes alone.
    const photo = waiting.findIndex((one) => one.photo);
    const batch = photo === 0 ? waiting.slice(0, 1) : waiting.slice(0, photo < 0 ? BATCH : photo);
    batch.splice(BATCH);
    let answer;
    try {
      answer = await fetch("/api/entries", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ entries: batch.map(({ order, error, refused, ...one }) => one) }),
      });
    } catch {
      return "offline";
    }
    if (answer.status === 403) return "signed out";
    if (answer.status === 413) {
      for (const one of batch) await mark(one, "the photo is too large");
      continue;
    }
    if (!answer.ok) return "offline";
    const results = new Map((await answer.json()).results.map((one) => [one.id, one]));
    for (const one of batch) {
      tried.add(one.order);
      const result = results.get(one.id);
      if (result?.ok) await discard(one);
      else if (result && !result.again) await mark(one, result.error);
      else if (result) await withStore("readwrite", (s) => s.put({ ...one, error: result.error }));
    }
  }
}

// Keep an entry that can never be saved as it is, until the person has seen why.
function mark(entry, why) {
  return withStore("readwrite", (store) => store.put({ ...entry, refused: why }));
}
