// Ask, answer and dismiss questions without leaving the page, and use the inbox by keyboard.
//
// The server renders everything: after a change the page is reloaded at the same place. Typed text
// stays in its field until the server has stored it.

import { ready, startAskedDraft } from "../drafts/asked.js";
import { draftFor } from "../drafts/draft.js";
import { button, element, hasModifier, isPlainClick, parseHTML } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { tabStore } from "../lib/store.js";

const LOGGED_OUT =
  "You are logged out. Your text is still here: log in again in another tab, then save.";
const OFFLINE = "There is no connection. Your text is still here: save it when you are back.";
const FAILED = "This could not be saved. Your text is still here: try again in a moment.";
const PLACE = "kb.questions.place";

// Return whether closing the form would lose text.
const losesText = (form) => form.dataset.keep === "always" || Boolean(draftFor(form)?.losesText);

// -- saving ----------------------------------------------------------------------------------

const showError = (form, sentence) => {
  let place = form.querySelector(".answer-error");
  if (!place) {
    place = element("p", { className: "answer-error", role: "alert" });
    form.append(place);
  }
  place.textContent = sentence;
  place.hidden = !sentence;
};

const sendForm = async (form, submitter) => {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  showError(form, "");
  const draft = draftFor(form);
  await draft?.finishSaving();
  const fields = new FormData(form, submitter);
  try {
    return goTo(form, (await request(form.action, { fields })).to);
  } catch ({ kind, status, message }) {
    // There is a conflict: send the form, to which the server responds with a page to resolve it.
    if (status === 409 || status === 410) return submitForm(form, submitter);
    if (kind === "logged-out" || status === 403) showError(form, LOGGED_OUT);
    else if (kind === "refused") showError(form, message);
    else showError(form, kind === "offline" ? OFFLINE : FAILED);
  }
  delete form.dataset.busy;
  draft?.resume();
};

const submitForm = (form, submitter) => {
  if (submitter?.name) {
    const { name, value } = submitter;
    form.append(element("input", { type: "hidden", name, value }));
  }
  form.submit();
};

const goTo = (form, to) => {
  draftFor(form)?.close();
  const there = new URL(to, location.href);
  if (there.pathname + there.search !== location.pathname + location.search) {
    location.assign(there);
    return;
  }
  storePlace(form, there.hash.slice(1));
  history.replaceState(null, "", there);
  location.reload();
};

// Store which question to focus after the reload: this one or, if it left the list, the next.
const storePlace = (form, id) => {
  const all = [...document.querySelectorAll("[data-question]")].map((entry) => entry.id);
  const index = all.indexOf(form.closest("[data-question]")?.id);
  const ids = index < 0 ? [id] : [id, ...all.slice(index), ...all.slice(0, index).reverse()];
  tabStore.set(PLACE, ids);
};

const restorePlace = () => {
  const ids = tabStore.get(PLACE);
  tabStore.remove(PLACE);
  if (!ids?.length) return;
  const entry = ids.map((id) => document.getElementById(id)).find(Boolean);
  const messages = document.querySelector(".messages");
  if (messages) showNearby(messages, entry);
  if (!entry) return;
  const details = entry.closest("details");
  if (details) details.open = true;
  focusEntry(entry);
  // Until `load`, the browser may restore the old scroll position, which can hide the entry.
  const showEntry = () => requestAnimationFrame(() => entry.scrollIntoView({ block: "nearest" }));
  if (document.readyState === "complete") showEntry();
  else addEventListener("load", () => setTimeout(showEntry));
};

// Show the message over the visible part of the page, since it is at the top of the page.
const showNearby = (messages, entry) => {
  const region = messages.parentElement;
  const main = region.parentElement;
  messages.classList.add("messages-near");
  main.classList.add("with-message");
  const close = button("Close", () => {
    messages.remove();
    main.classList.remove("with-message");
    if (entry) focusEntry(entry);
  });
  messages.lastElementChild.append(close);
  // Screen readers announce a live region only when its content changes.
  messages.remove();
  setTimeout(() => region.append(messages), 100);
};

// -- the form for an answer ------------------------------------------------------------------

const openForm = async (link) => {
  const entry = link.closest("[data-question]");
  const there = entry?.querySelector(".answer-form");
  if (!entry || there) {
    there?.querySelector("textarea").focus();
    return;
  }
  if (link.dataset.busy) return;
  link.dataset.busy = "yes";
  try {
    await ready;
    const [html, { startEditors }] = await Promise.all([
      request(`${link.href}&part=1`, { html: true }),
      import("../editor/start.js"),
    ]);
    const form = parseHTML(html).querySelector("form");
    link.closest(".question-actions").after(form);
    startAskedDraft(form);
    startEditors(form);
    form.querySelector("textarea").focus();
  } catch {
    location.assign(link.href);
  } finally {
    delete link.dataset.busy;
  }
};

// Discard the text after asking. Return a promise, or null if the user declines.
const discardText = (form) => {
  if (losesText(form) && !confirm("Discard what you typed?")) return null;
  const draft = draftFor(form);
  return draft ? draft.discard().catch(() => null) : Promise.resolve();
};

const closeForm = (form) => {
  if (!discardText(form)) return;
  const entry = form.closest("[data-question]");
  form.remove();
  entry.querySelector("[data-answer]")?.focus();
};

document.addEventListener("click", (event) => {
  const isPlain = isPlainClick(event);
  const answer = event.target.closest("[data-answer]");
  const cancel = event.target.closest("[data-cancel]");
  if (isPlain && answer) {
    event.preventDefault();
    openForm(answer);
  } else if (isPlain && cancel) {
    const form = cancel.closest("form");
    event.preventDefault();
    if (form.closest("[data-question]")) closeForm(form);
    else discardText(form)?.then(() => location.assign(cancel.href));
  }
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-in-place]")) return;
  event.preventDefault();
  sendForm(event.target, event.submitter);
});

// -- keys ------------------------------------------------------------------------------------

const focusEntry = (entry) => {
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
};

const handleFormKey = (event, form) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && (event.key === "Enter" || event.key.toLowerCase() === "s")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".button-main"));
  } else if (event.key === "Escape" && !losesText(form)) {
    if (form.closest("[data-question]")) closeForm(form);
    else if (form.closest("details")) {
      form.closest("details").open = false;
      form.closest("details").querySelector("summary").focus();
    }
  }
};

const handleInboxKey = (event, inbox) => {
  const entries = [...inbox.querySelectorAll("[data-question]")];
  const entry = event.target.closest("[data-question]");
  const index = entries.indexOf(entry);
  const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
  const isEntry = event.target === entry;
  if (step) {
    const to = entries[Math.min(Math.max(index + step, 0), entries.length - 1)];
    event.preventDefault();
    focusEntry(to);
  } else if (entry && (event.key === "a" || (event.key === "Enter" && isEntry))) {
    event.preventDefault();
    const answer = entry.querySelector("[data-answer]");
    if (answer) openForm(answer);
  } else if (entry && event.key === "d") {
    event.preventDefault();
    entry.querySelector("[data-dismiss]")?.requestSubmit();
  }
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const form = event.target.closest(".answer-form");
  if (form) {
    handleFormKey(event, form);
    return;
  }
  // Single keys work only while the focus is in the list (WCAG 2.1.4), without modifiers.
  const inbox = event.target.closest(".inbox");
  if (!inbox || hasModifier(event) || event.shiftKey) return;
  if (!event.target.matches("input, textarea, select")) handleInboxKey(event, inbox);
});

// -- at the start ----------------------------------------------------------------------------

// One entry is reached with Tab, the others from it with single keys.
const inbox = document.querySelector(".inbox");
const first = inbox?.querySelector("[data-question]");
if (first) {
  first.tabIndex = 0;
  inbox.addEventListener("focusin", (event) => {
    const entry = event.target.closest("[data-question]");
    if (!entry) return;
    inbox.querySelector('[data-question][tabindex="0"]')?.setAttribute("tabindex", "-1");
    entry.tabIndex = 0;
  });
  const startButton = document.querySelector("[data-begin]");
  startButton.hidden = false;
  startButton.addEventListener("click", () =>
    focusEntry(inbox.querySelector('[data-question][tabindex="0"]')),
  );
}

restorePlace();
