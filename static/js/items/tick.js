// Ticking without a reload. What is clicked is shown at once, sent, and put back with a message
// when it could not be saved. Without this script the same buttons send a form.

import { element, hasModifier } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { tabStore } from "../lib/store.js";

// Only pages with items for editors have them.
const form = document.getElementById("kb-ticks");
const said = document.getElementById("kb-tick-said");

const LABELS = { open: "Open", doing: "In progress", done: "Done", na: "Not applicable" };
const CHECKED = { open: "false", doing: "mixed", done: "true", na: "mixed" };
export const KEYS = { o: "open", p: "doing", d: "done", n: "na" };
const STORE = "kb-ticks";
const other = (state) => (state === "open" || state === "doing" ? "done" : "open");
const isClosed = (state) => state === "done" || state === "na";
export const idOf = (box) => box.value.split(" ")[0];
const boxesOf = (id) => document.querySelectorAll(`button.tick[value^="${id} "]`);

// -- what is shown ---------------------------------------------------------------------------

const count = (before, now) => {
  const closed = isClosed(now) - isClosed(before);
  const doing = (now === "doing") - (before === "doing");
  for (const box of document.querySelectorAll(".progress[data-doing]")) {
    const bar = box.querySelector("progress");
    const busy = Number(box.dataset.doing) + doing;
    box.dataset.doing = busy;
    bar.value += closed;
    const words = `${bar.value} of ${bar.max} done`;
    box.querySelector(".progress-words").textContent = busy
      ? `${words} · ${busy} in progress`
      : words;
    chip(box.parentElement.querySelector("[data-learning]"), bar, busy);
  }
  for (const link of document.querySelectorAll(".choices a")) {
    const state = new URL(link.href).searchParams.get("state");
    const number = link.querySelector(".count");
    const change = (state === now) - (state === before);
    const value = Number(number.textContent.replace(/\D/g, "")) + change;
    if (change) number.textContent = value.toLocaleString("en");
  }
};

// The progress with the page, as services/selectors/progress.py sums it up.
const chip = (words, bar, busy) => {
  if (!words) return;
  const level = bar.value === bar.max ? "learned" : bar.value || busy ? "learning" : "not-started";
  const label = level.replace("-", " ");
  words.className = `chip level-${level}`;
  words.title = `${bar.value} of ${bar.max} done`;
  words.querySelector(".learning-words").textContent = label[0].toUpperCase() + label.slice(1);
  const done = Math.floor((bar.value * 100) / bar.max);
  words.querySelector(".ring-done").setAttribute("stroke-dasharray", `${done} 100`);
};

// A reason is shown of what is done or not applicable; beside the rest it waits.
const paint = (id, state, why) => {
  const shown = isClosed(state) ? why : "";
  let before = state;
  for (const box of boxesOf(id)) {
    before = box.dataset.state;
    box.dataset.state = state;
    box.dataset.why = why;
    box.value = `${id} ${other(state)}`;
    box.title = LABELS[state];
    box.setAttribute("aria-checked", CHECKED[state]);
    box.querySelector("use").setAttribute("href", `#kb-tick-${state}`);
    const row = box.closest("li");
    if (!row) continue;
    const kind = row.classList.contains("item") ? "state" : "task";
    row.classList.remove(...Object.keys(LABELS).map((name) => `${kind}-${name}`));
    row.classList.add(`${kind}-${state}`);
    const label = kind === "state" && row.querySelector(".item-label");
    if (label) label.textContent = state === "doing" || state === "na" ? LABELS[state] : "";
    // Of items within each other, the outer one's comes first.
    const reason = row.querySelector(".item-why");
    if (reason) reason.textContent = shown;
  }
  if (before !== state) count(before, state);
};

// -- messages --------------------------------------------------------------------------------

const say = (words, link) => {
  said.textContent = words;
  if (link) said.append(" ", element("a", { href: link.href }, link.words));
  said.nextElementSibling.hidden = !words;
};

// -- sending: one request after another for each item, so that the last wish wins ------------

const items = new Map();
const known = (id) => {
  if (!items.has(id)) {
    const { state, why } = boxesOf(id)[0].dataset;
    const now = { state, why };
    items.set(id, { saved: now, wanted: now, busy: false });
  }
  return items.get(id);
};

const AS_IT_WAS = "The item is as it was";

// What became of it, as a sentence and perhaps a link.
const failure = ({ kind, message, status }) => {
  if (kind === "refused") return [message];
  if (kind === "offline") return [`There is no connection. ${AS_IT_WAS}; try again later.`];
  if (kind === "logged-out") {
    const here = encodeURIComponent(location.pathname + location.search);
    const href = `${form.dataset.login}?next=${here}`;
    return [`You are no longer logged in. ${AS_IT_WAS}.`, { href, words: "Log in" }];
  }
  if (status === 403) {
    const link = { href: location.href.split("#")[0], words: "Load the page again" };
    return [`This could not be saved. ${AS_IT_WAS}.`, link];
  }
  return [`The server could not save this. ${AS_IT_WAS}; try again later.`];
};

const post = (id, { state, why, hasReason }) => {
  const fields = new FormData(form);
  fields.set("tick", `${id} ${state}`);
  if (hasReason) fields.set("why", why);
  return request(form.action, { fields, keepalive: true });
};

const send = async (id) => {
  const item = known(id);
  if (item.busy) return;
  item.busy = true;
  while (item.wanted !== item.saved) {
    const sent = item.wanted;
    try {
      const { state, why, at } = await post(id, sent);
      item.saved = { state, why, at };
      remember(id, item.saved);
      if (item.wanted === sent) {
        item.wanted = item.saved;
        paint(id, state, why);
        say("");
      }
    } catch (error) {
      // A later change is sent even if this one failed.
      if (item.wanted !== sent) continue;
      item.wanted = item.saved;
      paint(id, item.saved.state, item.saved.why);
      const [words, link] = failure(error);
      say(`“${boxesOf(id)[0].getAttribute("aria-label")}” is not saved. ${words}`, link);
    }
  }
  item.busy = false;
};

// `why` undefined leaves the reason as it is.
export const set = (id, state, why) => {
  const item = known(id);
  if (state === item.wanted.state && (why === undefined || why === item.wanted.why)) return;
  // A reason that was typed and not sent yet is sent with the next change.
  const hasReason = why !== undefined || item.wanted.hasReason;
  item.wanted = { state, why: why ?? item.wanted.why, hasReason };
  paint(id, state, item.wanted.why);
  send(id);
};

// -- pages that come back: the browser shows them as they were left, or as it has stored them ---

const remember = (id, now) => {
  const all = Object.entries({ ...tabStore.get(STORE), [id]: now });
  const newest = all.sort(([, a], [, b]) => b.at - a.at).slice(0, 500);
  tabStore.set(STORE, Object.fromEntries(newest));
};

const recall = () => {
  for (const [id, now] of Object.entries(tabStore.get(STORE) ?? {})) {
    // Both times are the server's.
    if (now.at <= Number(form.dataset.at) || !boxesOf(id).length || known(id).busy) continue;
    items.set(id, { saved: now, wanted: now, busy: false });
    paint(id, now.state, now.why);
  }
};

// -- clicks and keys -------------------------------------------------------------------------

export const wanted = (id) => known(id).wanted;

const click = (event) => {
  const box = event.target.closest("button.tick");
  if (!box) return;
  event.preventDefault();
  set(idOf(box), other(wanted(idOf(box)).state));
};

const press = (event) => {
  const box = event.target.closest("button.tick");
  const state = KEYS[event.key.toLowerCase()];
  if (!box || !state || hasModifier(event) || event.shiftKey) return;
  // Other keys of the page are not meant while one is on a box.
  event.preventDefault();
  event.stopPropagation();
  set(idOf(box), state);
};

export const startTicks = () => {
  if (!form) return;
  said.nextElementSibling.addEventListener("click", () => say(""));
  addEventListener("pageshow", recall);
  document.addEventListener("click", click);
  document.addEventListener("keydown", press);
};
