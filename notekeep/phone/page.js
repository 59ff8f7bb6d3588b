// The page: habits, quick note, tasks, search. Every change goes through the queue.

import * as queue from "/queue.js";

const byId = (id) => document.getElementById(id);
const SIGNS = { done: "✓", ok: "✓", partial: "◐", missed: "✗", skipped: "–", covered: "·", paused: "‖" };
const MAX_PHOTO = 24 * 1024 * 1024;
const RETRY_MS = 30000;

let today = kept("today");
let tasks = kept("tasks");
let dayBack = 0;
let connection = "sent"; // or "offline", "signed out"

function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function make(tag, options = {}, ...children) {
  const { on, ...rest } = options;
  const made = Object.assign(document.createElement(tag), rest);
  if (on) made.addEventListener("click", on);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

async function ask(path) {
  let answer;
  try {
    answer = await fetch(path);
  } catch {
    setConnection("offline");
    return null;
  }
  if (answer.status === 403) {
    setConnection("signed out");
    return null;
  }
  setConnection("sent");
  const found = await answer.json();
  return answer.ok ? found : { error: found.error };
}

function setConnection(found) {
  connection = found;
  if (found === "signed out") {
    // Notes leave this phone with the key; what was not sent yet stays.
    localStorage.clear();
    today = tasks = null;
  }
}

// Days

function isoDay(date) {
  const month = String(date.getMonth() + 1).padStart(2, "0");
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, "0")}`;
}

function clockDay(back = 0) {
  const start = today?.day_start ?? 4;
  const moment = new Date(Date.now() - start * 3600000);
  moment.setDate(moment.getDate() - back);
  return isoDay(moment);
}

// What is known of a day. Without a connection for a day or more, only its habits are.
function shownDay() {
  if (today.received === clockDay()) return today.days[dayBack];
  const day = clockDay(dayBack);
  const known = today.days.find((one) => one.day === day);
  const blank = { is_logged: false, is_asked: true, mark: "open", amount: "", note: "" };
  return known ?? { day, habits: today.days[0].habits.map((habit) => ({ ...habit, ...blank })) };
}

// Saving

async function save(entry) {
  await queue.add(entry);
  await refresh();
}

async function refresh() {
  await draw();
  setConnection(await queue.send());
  if (connection === "sent") await load();
  await draw();
}

async function load() {
  const place = byId("tasks").hidden ? "today" : "tasks";
  const found = await ask(`/api/${place}`);
  if (!found || found.error) return;
  if (place === "today") {
    today = found;
    today.received = clockDay();
    localStorage.setItem("today", JSON.stringify(today));
  } else {
    tasks = found;
    localStorage.setItem("tasks", JSON.stringify(tasks));
  }
}

// Drawing

async function draw() {
  const waiting = await queue.list();
  drawStatus(waiting);
  drawHabits(waiting);
  drawTasks(waiting);
}

function count(number) {
  return number === 1 ? "1 entry" : `${number} entries`;
}

function drawStatus(waiting) {
  const held = waiting.filter((one) => one.refused || one.error);
  const unsent = waiting.length - held.length;
  let text = "";
  if (connection === "signed out") {
    text = "Signed out. Scan the code of notekeep serve --phone again.";
    if (waiting.length) text += ` Not sent yet: ${count(waiting.length)}, kept on this phone.`;
  } else if (connection === "offline") {
    text = unsent ? `Offline. ${count(unsent)} saved on this phone, sent later.` : "Offline.";
  }
  byId("status").textContent = text;
  byId("status").hidden = !text;
  byId("unsent").hidden = held.length === 0;
  byId("unsent").replaceChildren(...held.map(heldRow));
}

function heldRow(one) {
  const what = one.text || one.photo?.name || `${one.habit}: ${one.value}`;
  const again = async () => {
    await queue.retry(one);
    await refresh();
  };
  const drop = async () => {
    if (!confirm("Discard this entry?")) return;
    await queue.discard(one);
    await draw();
  };
  return make(
    "li",
    {},
    make("p", { textContent: `Not saved: ${what}` }),
    make("p", { className: "dim", textContent: one.refused || one.error }),
    make("button", { type: "button", textContent: "Try again", on: again }),
    make("button", { type: "button", textContent: "Discard", on: drop }),
  );
}

function drawHabits(waiting) {
  byId("day-0").ariaPressed = String(dayBack === 0);
  byId("day-1").ariaPressed = String(dayBack === 1);
  const day = today ? shownDay() : { day: clockDay(dayBack), habits: [] };
  const [year, month, number] = day.day.split("-").map(Number);
  byId("day-name").textContent = new Date(year, month - 1, number).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
  const typed = new Map(
    [...document.querySelectorAll(".amount")].map((box) => [box.dataset.key, box.value]),
  );
  const cards = (asked) =>
    day.habits
      .filter((habit) => habit.is_asked === asked)
      .map((habit) => habitCard(habit, day.day, waiting, typed));
  byId("habits").replaceChildren(...cards(true));
  byId("other-habits").replaceChildren(...cards(false));
  byId("others").hidden = byId("other-habits").childElementCount === 0;
}

function habitCard(habit, day, waiting, typed) {
  const log = (value) => save({ kind: "habit", habit: habit.id, value, day });
  const button = (textContent, value, className = "") =>
    make("button", { type: "button", textContent, className, on: () => log(value) });
  const mine = waiting.filter((one) => one.habit === habit.id && one.day === day);
  const sign = SIGNS[habit.mark] ?? "";
  const is_done = ["done", "ok"].includes(habit.mark) && habit.is_logged;
  const said = [habit.amount || habit.aim, habit.note].filter(Boolean).join(" · ");
  const actions = habit.unit
    ? [stepper(habit, day, typed, log)]
    : [button(is_done ? "✓ Done" : "Done", "done", is_done ? "big is-done" : "big")];
  return make(
    "li",
    { className: "card" },
    make("h2", {}, habit.title, make("span", { className: "sign", textContent: sign })),
    make("p", { className: "dim", textContent: said }),
    mine.length
      ? make("p", { className: "waiting", textContent: `not sent yet: ${mine.map((one) => one.value).join(", ")}` })
      : null,
    ...actions,
    make(
      "div",
      { className: "row small" },
      button("Skip", "skip"),
      button("Missed", "miss"),
      habit.is_logged ? button("Clear", "clear") : null,
    ),
  );
}

function stepper(habit, day, typed, log) {
  const usual = parseFloat(habit.usual) || 1;
  const step = usual >= 20 ? 5 : 1;
  const box = make("input", {
    className: "amount",
    inputMode: "decimal",
    autocomplete: "off",
    ariaLabel: `${habit.title}: amount`,
    value: typed.get(`${habit.id} ${day}`) ?? usual,
  });
  box.dataset.key = `${habit.id} ${day}`;
  const amount = () => parseFloat(box.value.replace(",", "."));
  const move = (by) => () => {
    box.value = String(Math.max(0, Math.round(((amount() || 0) + by) * 100) / 100));
  };
  const add = () => {
    if (amount() > 0) log(`${amount()} ${amount() === 1 ? habit.unit : habit.units}`);
    else box.focus();
  };
  return make(
    "div",
    { className: "row stepper" },
    make("button", { type: "button", textContent: "−", ariaLabel: "Less", on: move(-step) }),
    box,
    make("span", { textContent: habit.units }),
    make("button", { type: "button", textContent: "+", ariaLabel: "More", on: move(step) }),
    make("button", { type: "button", className: "big", textContent: "Add", on: add }),
  );
}

function drawTasks(waiting) {
  const list = tasks?.tasks ?? [];
  const ticked = (task) =>
    waiting.some((one) => one.kind === "task" && one.path === task.path && one.line === task.line);
  byId("task-list").replaceChildren(...list.filter((task) => !ticked(task)).map(taskRow));
  byId("task-count").textContent = tasks
    ? list.length ? `${tasks.open} open` : "No open tasks."
    : "";
}

function taskRow({ path, line, text, shown, title, due }) {
  const tick = () => save({ kind: "task", path, line, text, done: true });
  const box = make("input", { type: "checkbox", on: tick });
  const below = [due && `due ${due}`, title].filter(Boolean).join(" · ");
  return make(
    "li",
    {},
    make("label", { className: "task" }, box, make("span", {}, shown, make("small", { textContent: below }))),
  );
}

// Search and read

let asked = 0;

async function search() {
  const number = ++asked;
  const found = await ask(`/api/search?q=${encodeURIComponent(byId("query").value)}`);
  if (number !== asked) return;
  const notes = found?.notes ?? [];
  const remark = found ? (found.error ?? (found.remarks ?? []).join(" ")) : "Search needs a connection.";
  byId("remark").textContent = remark || (notes.length ? "" : "No results");
  byId("hits").replaceChildren(
    ...notes.map((note) =>
      make(
        "li",
        {},
        make("a", { href: `#note=${encodeURIComponent(note.path)}` }, note.title),
        make("small", { textContent: note.snippet }),
      ),
    ),
  );
  drawStatus(await queue.list());
}

async function showNote(name, from) {
  const page = byId("note");
  const query = new URLSearchParams({ name, from });
  const found = await ask(`/api/note?${query}`);
  if (!found || found.error) {
    page.textContent = found?.error ?? "Reading needs a connection.";
    return;
  }
  page.dataset.path = found.path;
  page.innerHTML = found.html; // cleaned by the server
  if (!page.querySelector("h1")) page.prepend(make("h1", { textContent: found.title }));
  page.prepend(make("button", { type: "button", textContent: "Back", on: () => history.back() }));
  window.scrollTo(0, 0);
}

byId("note").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const address = link?.getAttribute("href");
  if (!address || /^[a-z][a-z0-9+.-]*:/i.test(address)) return;
  event.preventDefault();
  const target = decodeURIComponent(address.split("#")[0]);
  if (target) location.hash = `note=${encodeURIComponent(target)}&from=${encodeURIComponent(byId("note").dataset.path)}`;
});

// Which part is shown, by the end of the address

async function route() {
  const place = location.hash.slice(1) || "today";
  const shown = place.startsWith("note=") ? "note" : place;
  for (const id of ["today", "tasks", "search", "note"]) byId(id).hidden = id !== shown;
  for (const link of document.querySelectorAll("nav a")) {
    link.ariaCurrent = link.hash.slice(1) === (shown === "note" ? "search" : shown) ? "page" : null;
  }
  if (shown === "note") {
    const found = new URLSearchParams(place);
    byId("note").replaceChildren();
    await showNote(found.get("note"), found.get("from") ?? "");
  } else if (shown === "search") {
    byId("query").focus();
    await search();
  } else {
    await refresh();
  }
}

function asData(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

byId("capture").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  const file = byId("photo").files[0];
  if (!text && !file) return byId("text").focus();
  if (file && file.size > MAX_PHOTO) return alert("The photo is larger than 24 MB.");
  const entry = { kind: "note", text, to: byId("to").value, day: today?.received === clockDay() ? today.days[0].day : clockDay() };
  if (file) entry.photo = { name: file.name, data: await asData(file) };
  await queue.add(entry);
  byId("capture").reset();
  byId("photo-label").textContent = "Photo";
  await refresh();
});

byId("photo").addEventListener("change", () => {
  byId("photo-label").textContent = byId("photo").files[0]?.name ?? "Photo";
});

for (const back of [0, 1]) {
  byId(`day-${back}`).addEventListener("click", () => {
    dayBack = back;
    draw();
  });
}

let typing = 0;
byId("query").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(search, 250);
});

// What another app shared fills the box.
const shared = new URLSearchParams(location.search);
const parts = ["title", "text", "url"].map((name) => shared.get(name)).filter(Boolean);
if (parts.length) {
  byId("text").value = parts.join("\n");
  history.replaceState(null, "", "/");
}

window.addEventListener("hashchange", route);
window.addEventListener("online", refresh);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !location.hash.startsWith("#note=")) refresh();
});
setInterval(async () => {
  if ((await queue.list()).some((one) => !one.refused)) refresh();
}, RETRY_MS);

byId("insecure").hidden = window.isSecureContext;
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js");
navigator.storage?.persist?.();
route();
