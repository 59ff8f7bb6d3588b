// The page: habits, quick note, tasks, search. Every change goes through the queue.

import * as queue from "/queue.js";

const byId = (id) => document.getElementById(id);
const SIGNS = { done: "✓", ok: "✓", partial: "◐", missed: "✗", skipped: "–", covered: "·", paused: "‖" };
const LOGGED = { done: "done", skip: "skipped", miss: "missed", clear: "open" };
const MAX_PHOTO = 24 * 1024 * 1024;
const DAY_MS = 24 * 3600 * 1000;
const RETRY_MS = 30000;
const NOTHING = { days: [{ day: "2000-01-01", habits: [] }], end: Infinity };
const STORED = "shown-1"; // another name when what is stored has another form

const shown = JSON.parse(localStorage.getItem(STORED)) ?? {}; // as the server sent it last
const amounts = new Map(); // that are typed and not added yet
let dayBack = 0;
let connection = "online"; // or "offline", "signed out", an error

function make(tag, options = {}, ...children) {
  const made = Object.assign(document.createElement(tag), options);
  made.append(...children.filter(Boolean));
  return made;
}

function button(textContent, onclick, className = "") {
  return make("button", { type: "button", textContent, onclick, className });
}

// A day of habits: as the server sent it, or blank if that was on an earlier day.
function findDay(back) {
  const { days, end } = shown.today ?? NOTHING;
  const late = Math.max(0, Math.ceil((Date.now() - end) / DAY_MS));
  const date = new Date(Date.parse(days[0].day) + (late - back) * DAY_MS);
  const blank = { is_logged: false, is_due: true, mark: "open", amount: "", note: "" };
  const habits = days[back - late]?.habits ?? days[0].habits.map((one) => ({ ...one, ...blank }));
  return { date, day: date.toISOString().slice(0, 10), habits, all: days[back - late]?.all };
}

// The connection

async function ask(path) {
  let answer, found;
  try {
    answer = await fetch(path);
    found = await answer.json();
  } catch {
    setConnection("offline");
    return { error: "This needs a connection." };
  }
  setConnection(answer.status === 403 ? "signed out" : "online");
  return found;
}

function setConnection(found) {
  connection = found;
  if (found !== "signed out") return;
  // What was shown leaves this phone with the key; what was not sent yet stays.
  localStorage.clear();
  shown.today = shown.tasks = null;
  for (const id of ["hits", "note"]) byId(id).replaceChildren();
}

async function save(entry) {
  document.activeElement?.blur();
  await queue.add(entry);
  await refresh();
}

async function refresh() {
  await draw();
  setConnection(await queue.send());
  if (connection === "online") await load(byId("tasks").hidden ? "today" : "tasks");
  await draw();
}

async function load(part) {
  const found = await ask(`/api/${part}`);
  if (found.error && connection === "online") connection = found.error;
  if (found.error) return;
  shown[part] = found;
  localStorage.setItem(STORED, JSON.stringify(shown));
}

// Drawing

async function draw() {
  const waiting = await queue.list();
  drawStatus(waiting);
  drawTasks(waiting);
  if (!document.activeElement?.matches(".amount")) drawHabits(waiting);
}

function drawStatus(waiting) {
  const held = waiting.filter((one) => one.error);
  const unsent = waiting.length - held.length;
  const count = unsent === 1 ? "1 entry" : `${unsent} entries`;
  const kept = unsent ? ` Not sent yet, and kept on this phone: ${count}.` : "";
  const texts = {
    online: "",
    offline: `Offline.${kept}`,
    "signed out": `Signed out. Scan the code of notekeep serve --phone again.${kept}`,
  };
  byId("status").textContent = texts[connection] ?? connection;
  byId("unsent").replaceChildren(...held.map(heldRow));
}

function heldRow(one) {
  const what = one.text || one.photo?.name || `${one.habit}: ${one.value}`;
  const discard = () => confirm("Discard this entry?") && queue.discard(one).then(draw);
  const why = make("p", { className: "dim" }, one.error);
  return make("li", {}, make("p", {}, `Not saved: ${what}`), why, button("Discard", discard));
}

function drawHabits(waiting) {
  byId("habit-day").hidden = !shown.today;
  const { date, day, habits, all } = findDay(dayBack);
  const form = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
  const counts = [all?.due && `${all.met} of ${all.due} met`, all?.open && `${all.open} open`];
  const name = date.toLocaleDateString(undefined, form);
  byId("day-name").textContent = [name, ...counts].filter(Boolean).join(" · ");
  for (const one of byId("days").children) one.ariaPressed = String(Number(one.value) === dayBack);
  const cards = (isDue) =>
    habits.filter((one) => one.is_due === isDue).map((one) => habitCard(one, day, waiting));
  byId("habits").replaceChildren(...cards(true));
  byId("other-habits").replaceChildren(...cards(false));
  byId("others").hidden = byId("other-habits").childElementCount === 0;
}

function habitCard(habit, day, waiting) {
  const log = (value) => save({ kind: "habit", habit: habit.id, value, day });
  const said = [habit.amount || habit.aim, habit.note].filter(Boolean).join(" · ");
  const unsent = waiting
    .filter((one) => one.habit === habit.id && one.day === day && !one.error)
    .map((one) => one.value);
  const last = unsent.at(-1);
  const mark = LOGGED[last] ?? habit.mark;
  const isLogged = last ? last !== "clear" : habit.is_logged;
  const sign = SIGNS[mark] ?? (isLogged && "–");
  const isDone = isLogged && ["done", "ok"].includes(mark);
  const done = button(isDone ? "✓ Done" : "Done", () => log("done"), "big");
  done.disabled = isDone;
  const rest = isLogged
    ? [button("Clear", () => log("clear"))]
    : [button("Skip", () => log("skip")), button("Missed", () => log("miss"))];
  return make(
    "li",
    { className: "card" },
    make("h2", {}, habit.title, make("span", { className: "sign" }, sign)),
    make("p", { className: "dim" }, said),
    last && make("p", { className: "waiting" }, `Not sent yet: ${unsent.join(", ")}`),
    habit.unit && stepper(habit, day, log),
    !habit.is_combined && make("div", { className: "row" }, habit.unit ? "" : done, ...rest),
  );
}

function stepper(habit, day, log) {
  const key = `${habit.id} ${day}`;
  const usual = parseFloat(habit.usual) || 1;
  const box = make("input", {
    className: "amount",
    inputMode: "decimal",
    autocomplete: "off",
    ariaLabel: `${habit.title}: amount`,
    value: amounts.get(key) ?? usual,
    oninput: () => amounts.set(key, box.value),
  });
  const amount = () => parseFloat(box.value.replace(",", ".")) || 0;
  const move = (by) => () => {
    box.value = String(Math.max(0, Math.round((amount() + by) * 100) / 100));
    amounts.set(key, box.value);
  };
  const add = () => {
    if (!amount()) return box.focus();
    amounts.delete(key);
    log(`${amount()} ${amount() === 1 ? habit.unit : habit.units}`);
  };
  const step = usual >= 20 ? 5 : 1;
  const less = Object.assign(button("−", move(-step)), { ariaLabel: "Less" });
  const more = Object.assign(button("+", move(step)), { ariaLabel: "More" });
  const parts = [less, box, more, make("span", {}, habit.units), button("Add", add, "big")];
  return make("div", { className: "row" }, ...parts);
}

function drawTasks(waiting) {
  const isTicked = (task) => waiting.some((one) => one.path === task.path && one.line === task.line);
  const tasks = (shown.tasks?.tasks ?? []).filter((task) => !isTicked(task));
  byId("task-list").replaceChildren(...tasks.map(taskRow));
  const count = tasks.length ? `${shown.tasks.open} open` : "No open tasks.";
  const why = connection === "offline" ? "Tasks are shown here once they were opened with a connection." : "";
  byId("task-count").textContent = shown.tasks ? count : why;
}

function taskRow({ path, line, text, shown, title, due }) {
  const onclick = () => save({ kind: "task", path, line, text });
  const below = [due && `due ${due}`, title].filter(Boolean).join(" · ");
  const box = make("input", { type: "checkbox", onclick });
  const words = make("span", {}, shown, make("small", {}, below));
  return make("li", {}, make("label", { className: "task" }, box, words));
}

// Search and read

async function search() {
  const query = byId("query").value;
  const found = await ask(`/api/search?${new URLSearchParams({ q: query })}`);
  if (query !== byId("query").value) return;
  const notes = found.notes ?? [];
  byId("remark").textContent = found.error ?? (found.remarks.join(" ") || (notes.length ? "" : "No results"));
  byId("hits").replaceChildren(...notes.map(hitRow));
  drawStatus(await queue.list());
}

function hitRow({ path, title, snippet }) {
  const href = `#${new URLSearchParams({ note: path })}`;
  return make("li", {}, make("a", { href }, title), make("small", {}, snippet));
}

async function showNote(name, from) {
  const page = byId("note");
  page.replaceChildren();
  const place = location.hash;
  const found = await ask(`/api/note?${new URLSearchParams({ name, from })}`);
  if (location.hash !== place) return;
  page.dataset.path = found.path ?? "";
  page.innerHTML = found.html ?? ""; // cleaned by the server
  if (found.error) page.append(make("p", {}, found.error));
  else if (!page.querySelector("h1")) page.prepend(make("h1", {}, found.title));
  page.prepend(button("Back", () => history.back()));
  window.scrollTo(0, 0);
}

byId("note").addEventListener("click", (event) => {
  const address = event.target.closest("a")?.getAttribute("href");
  if (!address || /^[a-z][a-z0-9+.-]*:/i.test(address)) return;
  event.preventDefault();
  const note = decodeURIComponent(address.split("#")[0]);
  if (note) location.hash = new URLSearchParams({ note, from: byId("note").dataset.path });
});

// Which part is shown, by the end of the address

async function route() {
  const query = new URLSearchParams(location.hash.slice(1));
  const part = query.has("note") ? "note" : location.hash.slice(1) || "today";
  for (const id of ["today", "tasks", "search", "note"]) byId(id).hidden = id !== part;
  for (const link of document.querySelectorAll("nav a")) {
    link.ariaCurrent = link.hash.slice(1) === (part === "note" ? "search" : part) ? "page" : null;
  }
  if (part === "note") return showNote(query.get("note"), query.get("from") ?? "");
  return part === "search" ? search() : refresh();
}

// The quick note

function readPhoto(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, data: reader.result.split(",")[1] });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

byId("capture").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [text, file] = [byId("text").value.trim(), byId("photo").files[0]];
  if (!text && !file) return byId("text").focus();
  if (file?.size > MAX_PHOTO) return alert("The photo is larger than 24 MB.");
  const entry = { kind: "note", text, to: byId("to").value };
  if (file) entry.photo = await readPhoto(file);
  await queue.add(entry);
  byId("capture").reset();
  await refresh();
});

byId("capture").addEventListener("change", () => {
  byId("photo-label").textContent = byId("photo").files[0]?.name ?? "Photo";
});
byId("capture").addEventListener("reset", () => (byId("photo-label").textContent = "Photo"));

// What another app shared fills the box.
const shared = new URLSearchParams(location.search);
const parts = ["title", "text", "url"].map((name) => shared.get(name)).filter(Boolean);
if (parts.length) {
  byId("text").value = parts.join("\n");
  history.replaceState(null, "", "/");
}

byId("days").addEventListener("click", ({ target }) => {
  dayBack = Number(target.value || dayBack);
  draw();
});
byId("query").addEventListener("input", search);
window.addEventListener("hashchange", route);
window.addEventListener("online", refresh);
window.addEventListener("unhandledrejection", ({ reason }) => {
  byId("status").textContent = `Something went wrong: ${reason}`;
});
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(async () => (await queue.list()).length && refresh(), RETRY_MS);

byId("insecure").hidden = window.isSecureContext;
navigator.serviceWorker?.register("/worker.js");
navigator.storage?.persist?.();
route();
