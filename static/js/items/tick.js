// Tick items without a reload. A change is shown at once and sent; if it cannot be saved, it is
// undone with a message. Without this script the same buttons send a form.

import { element, hasModifier } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { tabStore } from "../lib/store.js";

// Null on pages without items that the user may tick.
const form = document.getElementById("kb-ticks");
const toast = document.getElementById("kb-tick-said");

const LABELS = { open: "Open", doing: "In progress", done: "Done", na: "Not applicable" };
const CHECKED = { open: "false", doing: "mixed", done: "true", na: "mixed" };
export const KEYS = { o: "open", p: "doing", d: "done", n: "na" };
const STORE = "kb-ticks";
const toggledState = (state) => (state === "open" || state === "doing" ? "done" : "open");
const isClosed = (state) => state === "done" || state === "na";
export const itemId = (box) => box.value.split(" ")[0];
const findBoxes = (id) => document.querySelectorAll(`button.tick[value^="${id} "]`);

// -- what is shown ---------------------------------------------------------------------------

const updateCounts = (before, now) => {
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
    updateChip(box.parentElement.querySelector("[data-learning]"), bar, busy);
  }
  for (const link of document.querySelectorAll(".choices a")) {
    const state = new URL(link.href).searchParams.get("state");
    const number = link.querySelector(".count");
    const change = (state === now) - (state === before);
    const value = Number(number.textContent.replace(/\D/g, "")) + change;
    if (change) number.textContent = value.toLocaleString("en");
  }
};

// Update the learning state of the page, by the rules of services/selectors/progress.py.
const updateChip = (words, bar, busy) => {
  if (!words) return;
  const level = bar.value === bar.max ? "learned" : bar.value || busy ? "learning" : "not-started";
  const label = level.replace("-", " ");
  words.className = `chip level-${level}`;
  words.title = `${bar.value} of ${bar.max} done`;
  words.querySelector(".learning-words").textContent = label[0].toUpperCase() + label.slice(1);
  const done = Math.floor((bar.value * 100) / bar.max);
  words.querySelector(".ring-done").setAttribute("stroke-dasharray", `${done} 100`);
};

// Show an item's state. Its reason is shown only if it is done or not applicable.
const showState = (id, state, why) => {
  const shown = isClosed(state) ? why : "";
  let before = state;
  for (const box of findBoxes(id)) {
    before = box.dataset.state;
    box.dataset.state = state;
    box.dataset.why = why;
    box.value = `${id} ${toggledState(state)}`;
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
    // With nested items, the first match belongs to the outer item.
    const reason = row.querySelector(".item-why");
    if (reason) reason.textContent = shown;
  }
  if (before !== state) updateCounts(before, state);
};

// -- messages --------------------------------------------------------------------------------

const showMessage = (words, link) => {
  toast.textContent = words;
  if (link) toast.append(" ", element("a", { href: link.href }, link.words));
  toast.nextElementSibling.hidden = !words;
};

// -- sending: one request at a time for each item, so that the last change wins --------------

const items = new Map();
const itemState = (id) => {
  if (!items.has(id)) {
    const { state, why } = findBoxes(id)[0].dataset;
    const now = { state, why };
    items.set(id, { saved: now, wanted: now, busy: false });
  }
  return items.get(id);
};

const UNCHANGED = "The item is unchanged";

// Return why a change could not be saved, as a sentence and perhaps a link.
const describeFailure = ({ kind, message, status }) => {
  if (kind === "refused") return [message];
  if (kind === "offline") return [`There is no connection. ${UNCHANGED}; try again later.`];
  if (kind === "logged-out") {
    const here = encodeURIComponent(location.pathname + location.search);
    const href = `${form.dataset.login}?next=${here}`;
    return [`You are no longer logged in. ${UNCHANGED}.`, { href, words: "Log in" }];
  }
  if (status === 403) {
    const link = { href: location.href.split("#")[0], words: "Load the page again" };
    return [`This could not be saved. ${UNCHANGED}.`, link];
  }
  return [`The server could not save this. ${UNCHANGED}; try again later.`];
};

const postState = (id, { state, why, hasReason }) => {
  const fields = new FormData(form);
  fields.set("tick", `${id} ${state}`);
  if (hasReason) fields.set("why", why);
  return request(form.action, { fields, keepalive: true });
};

const sendChanges = async (id) => {
  const item = itemState(id);
  if (item.busy) return;
  item.busy = true;
  while (item.wanted !== item.saved) {
    const sent = item.wanted;
    try {
      const { state, why, at } = await postState(id, sent);
      item.saved = { state, why, at };
      rememberState(id, item.saved);
      if (item.wanted === sent) {
        item.wanted = item.saved;
        showState(id, state, why);
        showMessage("");
      }
    } catch (error) {
      // A later change is sent even if this one failed.
      if (item.wanted !== sent) continue;
      item.wanted = item.saved;
      showState(id, item.saved.state, item.saved.why);
      const [words, link] = describeFailure(error);
      showMessage(`“${findBoxes(id)[0].getAttribute("aria-label")}” is not saved. ${words}`, link);
    }
  }
  item.busy = false;
};

// Set the state of an item, and its reason unless `why` is undefined.
export const setState = (id, state, why) => {
  const item = itemState(id);
  if (state === item.wanted.state && (why === undefined || why === item.wanted.why)) return;
  // A reason that was typed and not sent yet is sent with the next change.
  const hasReason = why !== undefined || item.wanted.hasReason;
  item.wanted = { state, why: why ?? item.wanted.why, hasReason };
  showState(id, state, item.wanted.why);
  sendChanges(id);
};

// -- going back to a page: the browser may show an old state from its cache ---

const rememberState = (id, now) => {
  const all = Object.entries({ ...tabStore.get(STORE), [id]: now });
  const newest = all.sort(([, a], [, b]) => b.at - a.at).slice(0, 500);
  tabStore.set(STORE, Object.fromEntries(newest));
};

const restoreStates = () => {
  for (const [id, now] of Object.entries(tabStore.get(STORE) ?? {})) {
    // Both times are from the server's clock.
    if (now.at <= Number(form.dataset.at) || !findBoxes(id).length || itemState(id).busy) continue;
    items.set(id, { saved: now, wanted: now, busy: false });
    showState(id, now.state, now.why);
  }
};

// -- clicks and keys -------------------------------------------------------------------------

export const wantedState = (id) => itemState(id).wanted;

const handleClick = (event) => {
  const box = event.target.closest("button.tick");
  if (!box) return;
  event.preventDefault();
  setState(itemId(box), toggledState(wantedState(itemId(box)).state));
};

const handleKey = (event) => {
  const box = event.target.closest("button.tick");
  const state = KEYS[event.key.toLowerCase()];
  if (!box || !state || hasModifier(event) || event.shiftKey) return;
  // Keep the page's other single-key shortcuts from running.
  event.preventDefault();
  event.stopPropagation();
  setState(itemId(box), state);
};

export const startTicks = () => {
  if (!form) return;
  toast.nextElementSibling.addEventListener("click", () => showMessage(""));
  addEventListener("pageshow", restoreStates);
  document.addEventListener("click", handleClick);
  document.addEventListener("keydown", handleKey);
};
