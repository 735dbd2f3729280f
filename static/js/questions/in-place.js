// Questions: asking, answering and dismissing without leaving the page, and the inbox by keyboard.
//
// The server says everything that is shown: after a change the page is loaded again, at the same
// place. What was typed stays in its field until the server has it.

import { ready, startAskedDraft } from "../drafts/asked.js";
import { draftFor } from "../drafts/draft.js";
import { button, element, hasModifier, isPlainClick, parseHTML } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { tabStore } from "../lib/store.js";

const OUT = "You are logged out. Your text is still here: log in again in another tab, then save.";
const OFF = "There is no connection. Your text is still here: save it when you are back.";
const FAILED = "This could not be saved. Your text is still here: try again in a moment.";
const PLACE = "kb.questions.place";

// Has the form something that closing it would be the end of?
const losesText = (form) => form.dataset.keep === "always" || Boolean(draftFor(form)?.losesText);

// -- saving ----------------------------------------------------------------------------------

const tell = (form, sentence) => {
  let place = form.querySelector(".answer-error");
  if (!place) {
    place = element("p", { className: "answer-error", role: "alert" });
    form.append(place);
  }
  place.textContent = sentence;
  place.hidden = !sentence;
};

const send = async (form, submitter) => {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  tell(form, "");
  const draft = draftFor(form);
  await draft?.finishSaving();
  const fields = new FormData(form, submitter);
  try {
    return go(form, (await request(form.action, { fields })).to);
  } catch ({ kind, status, message }) {
    // Something is to be decided: the server has a page for that, with what was typed.
    if (status === 409 || status === 410) return decide(form, submitter);
    if (kind === "logged-out" || status === 403) tell(form, OUT);
    else if (kind === "refused") tell(form, message);
    else tell(form, kind === "offline" ? OFF : FAILED);
  }
  delete form.dataset.busy;
  draft?.resume();
};

const decide = (form, submitter) => {
  if (submitter?.name) {
    const { name, value } = submitter;
    form.append(element("input", { type: "hidden", name, value }));
  }
  form.submit();
};

const go = (form, to) => {
  draftFor(form)?.close();
  const there = new URL(to, location.href);
  if (there.pathname + there.search !== location.pathname + location.search) {
    location.assign(there);
    return;
  }
  keepPlace(form, there.hash.slice(1));
  history.replaceState(null, "", there);
  location.reload();
};

// Where to be afterwards: at the question, or, where it left the list, at the one after it.
const keepPlace = (form, id) => {
  const all = [...document.querySelectorAll("[data-question]")].map((entry) => entry.id);
  const at = all.indexOf(form.closest("[data-question]")?.id);
  const ids = at < 0 ? [id] : [id, ...all.slice(at), ...all.slice(0, at).reverse()];
  tabStore.set(PLACE, ids);
};

const takePlace = () => {
  const ids = tabStore.get(PLACE);
  tabStore.remove(PLACE);
  if (!ids?.length) return;
  const entry = ids.map((id) => document.getElementById(id)).find(Boolean);
  const messages = document.querySelector(".messages");
  if (messages) bringNear(messages, entry);
  if (!entry) return;
  const folded = entry.closest("details");
  if (folded) folded.open = true;
  focus(entry);
  // Until then the browser may still put the page back to where it was, with the entry covered.
  const uncover = () => requestAnimationFrame(() => entry.scrollIntoView({ block: "nearest" }));
  if (document.readyState === "complete") uncover();
  else addEventListener("load", () => setTimeout(uncover));
};

// The message is at the top, and the person is not.
const bringNear = (messages, entry) => {
  const region = messages.parentElement;
  const main = region.parentElement;
  messages.classList.add("messages-near");
  main.classList.add("with-message");
  const close = button("Close", () => {
    messages.remove();
    main.classList.remove("with-message");
    if (entry) focus(entry);
  });
  messages.lastElementChild.append(close);
  // A region speaks when its words change, not when it comes with the page.
  messages.remove();
  setTimeout(() => region.append(messages), 100);
};

// -- the answer's form in its place ----------------------------------------------------------

const open = async (link) => {
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

// Whether what was typed is discarded, or there is nothing.
const dropped = (form) => {
  if (losesText(form) && !confirm("Discard what you typed?")) return null;
  const draft = draftFor(form);
  return draft ? draft.discard().catch(() => null) : Promise.resolve();
};

const close = (form) => {
  if (!dropped(form)) return;
  const entry = form.closest("[data-question]");
  form.remove();
  entry.querySelector("[data-answer]")?.focus();
};

document.addEventListener("click", (event) => {
  const plain = isPlainClick(event);
  const answer = event.target.closest("[data-answer]");
  const cancel = event.target.closest("[data-cancel]");
  if (plain && answer) {
    event.preventDefault();
    open(answer);
  } else if (plain && cancel) {
    const form = cancel.closest("form");
    event.preventDefault();
    if (form.closest("[data-question]")) close(form);
    else dropped(form)?.then(() => location.assign(cancel.href));
  }
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-in-place]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// -- keys ------------------------------------------------------------------------------------

const focus = (entry) => {
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
};

const inForm = (event, form) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && (event.key === "Enter" || event.key.toLowerCase() === "s")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".button-main"));
  } else if (event.key === "Escape" && !losesText(form)) {
    if (form.closest("[data-question]")) close(form);
    else if (form.closest("details")) {
      form.closest("details").open = false;
      form.closest("details").querySelector("summary").focus();
    }
  }
};

const inInbox = (event, inbox) => {
  const entries = [...inbox.querySelectorAll("[data-question]")];
  const entry = event.target.closest("[data-question]");
  const at = entries.indexOf(entry);
  const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
  const itself = event.target === entry;
  if (step) {
    const to = entries[Math.min(Math.max(at + step, 0), entries.length - 1)];
    event.preventDefault();
    focus(to);
  } else if (entry && (event.key === "a" || (event.key === "Enter" && itself))) {
    event.preventDefault();
    const answer = entry.querySelector("[data-answer]");
    if (answer) open(answer);
  } else if (entry && event.key === "d") {
    event.preventDefault();
    entry.querySelector("[data-dismiss]")?.requestSubmit();
  }
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const form = event.target.closest(".answer-form");
  if (form) {
    inForm(event, form);
    return;
  }
  // Single keys only where the focus is within the list (WCAG 2.1.4), and alone.
  const inbox = event.target.closest(".inbox");
  const alone = !hasModifier(event) && !event.shiftKey;
  if (inbox && alone && !event.target.matches("input, textarea, select")) inInbox(event, inbox);
});

// -- at the start ----------------------------------------------------------------------------

// One entry can be reached with Tab; the others are a key away from it.
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
  const begin = document.querySelector("[data-begin]");
  begin.hidden = false;
  begin.addEventListener("click", () =>
    focus(inbox.querySelector('[data-question][tabindex="0"]')),
  );
}

takePlace();
