// Drafts of questions and answers. The server fills in the form from its draft. Text that only this
// browser stores is filled in too, or offered; if the page has no form for it, it is sent.

import { button, element, formatMoment, isPlainClick } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { browserStore } from "../lib/store.js";
import { Draft, draftFor, findEntries, isWindowClosed, waitBriefly } from "./draft.js";

const TEXT_FIELDS = ["words", "answer"];
const FIELDS = new Set([...TEXT_FIELDS, "seen", "asked"]);
const MAX_AGE = 30 * 24 * 60 * 60 * 1000; // milliseconds for which an entry is stored
const EXCERPT = 80; // characters
const NOT_DISCARDED = "Not discarded: there is no connection to the server.";

const { draftUrl, person } = document.querySelector("script[data-draft-url]").dataset;
const PREFIX = `kb.asked.${person}.`;

class AskedDraft extends Draft {
  constructor(form) {
    const { page, place, draft, keep } = form.dataset;
    super(form, `${PREFIX}${place === "ask" ? `ask.${page}` : place}.`);
    this.includesField = (name) => FIELDS.has(name);
    this.areas = TEXT_FIELDS.map((name) => form.elements[name]).filter(Boolean);
    const isSent = keep === "always";
    this.setInitialText(isSent && !draft);
    const blank = this.defaults();
    if (place === "ask") for (const { name } of this.areas) blank[name] = "";
    if (place === "ask" || !draft) this.blank = JSON.stringify(blank);
    if (!isSent) this.takeAbandoned();
    // The server returned the form with the text that was sent, so it has stored it.
    else if (draft) {
      for (const [key, { sent }] of findEntries(this.prefix)) if (sent) browserStore.remove(key);
    }
    // Save text that the browser filled in, or that could not be stored before.
    this.scheduleSave();
  }

  get status() {
    let place = this.form.querySelector(".answer-state");
    if (!place) {
      place = element("p", { className: "answer-state muted", role: "status" });
      this.form.append(place);
    }
    return place;
  }

  savedMessage(time) {
    return `Draft saved ${time}`;
  }

  // Return whether closing the form would lose text.
  get losesText() {
    return Boolean(this.since) || this.changed;
  }

  // Discard the text, then load the form again.
  async discardAndReload() {
    try {
      await this.discard();
    } catch {
      this.resume();
      this.showStatus(NOT_DISCARDED, true);
      return;
    }
    const answerLink = this.form.closest("[data-question]")?.querySelector("[data-answer]");
    if (!answerLink) return location.reload();
    this.form.remove();
    answerLink.click();
  }

  // -- text of closed windows ----------------------------------------------------------------

  takeAbandoned() {
    let isRestored = false;
    for (const [key, entry] of this.findAbandoned()) {
      if (!isRestored && entry.since === this.since) {
        isRestored = true;
        this.restoreEntry(key, entry);
      } else this.offerEntry(key, entry);
    }
  }

  fillForm(key, { fields }) {
    const { seen } = this.form.elements;
    for (const area of this.areas) area.value = fields[area.name] ?? area.value;
    // Restore the answer that the author saw: if it was changed since, saving shows both.
    if (seen && fields.seen) seen.value = fields.seen;
    this.scheduleSave();
    if (this.isStored || !this.changed) browserStore.remove(key);
  }

  addNote(words, ...buttons) {
    const message = element("span", {}, words);
    const place = element("p", { className: "answer-draft", role: "status" }, message, ...buttons);
    this.form.querySelector(".answer-error").after(place);
    return place;
  }

  // Fill in text that is newer than the server's draft.
  restoreEntry(key, entry) {
    this.fillForm(key, entry);
    this.form.querySelector("[data-discard]")?.closest(".answer-draft").remove();
    const discard = button("Discard", () => this.discardAndReload());
    this.addNote(`Your unsaved text from ${formatMoment(entry.at)} is back.`, discard);
  }

  // Offer another text, with its first words.
  offerEntry(key, entry) {
    const lines = TEXT_FIELDS.flatMap((name) => (entry.fields[name] ?? "").split("\n"));
    const line = lines.find((words) => words.trim())?.trim();
    const excerpt = line ? `: “${line.slice(0, EXCERPT)}”` : ".";
    const decide = (action) => () => {
      place.remove();
      action();
      this.areas.at(-1).focus();
    };
    const place = this.addNote(
      `This browser has other unsaved text of yours from ${formatMoment(entry.at)}${excerpt}`,
      button(
        "Use it",
        decide(() => this.fillForm(key, entry)),
      ),
      button(
        "Discard it",
        decide(() => browserStore.remove(key)),
      ),
    );
  }
}

export const startAskedDraft = (form) => draftFor(form) ?? new AskedDraft(form);

// -- text without a form on this page --------------------------------------------------------

const sendEntry = async ({ fields, page, place, draft, since }) => {
  const form = { person, page, place };
  const row = draft || (await request(draftUrl, { fields: form })).draft;
  await request(draftUrl, { fields: { ...fields, ...form, draft: row, since } });
};

const hasForm = ({ page, place }) =>
  document.querySelector(`form[data-page="${page}"][data-place="${place}"]`);

const sendAbandoned = async () => {
  for (const [key, entry] of findEntries(PREFIX)) {
    if (!isWindowClosed(entry) || hasForm(entry) || !entry.place) continue;
    if (entry.at < Date.now() - MAX_AGE) browserStore.remove(key);
    else if (entry.draft || !entry.sent) {
      try {
        await sendEntry(entry);
        browserStore.remove(key);
      } catch ({ kind, reason }) {
        // The draft was saved or discarded in the meantime.
        if (reason === "ended" && entry.sent) browserStore.remove(key);
        if (kind === "offline" || kind === "logged-out") return;
      }
    }
  }
};

// -- at the start ----------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  // `questions/in-place.js` sends these forms itself.
  if (event.defaultPrevented || event.target.matches("[data-in-place]")) return;
  const draft = draftFor(event.target);
  if (draft instanceof AskedDraft) draft.prepareSubmit();
});

document.addEventListener("click", async (event) => {
  const control = event.target.closest("[data-discard], [data-along]");
  const draft = control && draftFor(control.closest("form"));
  if (!draft || !isPlainClick(event)) return;
  event.preventDefault();
  if ("discard" in control.dataset) return draft.discardAndReload();
  // Save first: the linked page fills in its form from the draft.
  await Promise.race([draft.save(), waitBriefly()]);
  location.assign(control.href);
});

for (const form of document.querySelectorAll("form[data-place]:not(#kb-editor)"))
  startAskedDraft(form);

// Forms requested after this include the text of closed windows.
export const ready = Promise.race([sendAbandoned(), waitBriefly()]);
