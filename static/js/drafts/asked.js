// The drafts of forms that ask or answer. Such a form comes from the server with its draft in it;
// what this browser has besides is put back, or offered, and without a form it is sent.

import { button, element, isPlainClick, when } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { browserStore } from "../lib/store.js";
import { Draft, draftOf, entriesOf, isLeft, patience } from "./draft.js";

const WRITTEN = ["words", "answer"];
const FIELDS = new Set([...WRITTEN, "seen", "asked"]);
const LONGEST = 30 * 24 * 60 * 60 * 1000; // milliseconds that an entry is stored
const EXCERPT = 80; // characters
const NOT_DISCARDED = "There is no connection: this could not be discarded.";

const { draftUrl, person } = document.querySelector("script[data-draft-url]").dataset;
const PREFIX = `kb.asked.${person}.`;

class AskedDraft extends Draft {
  constructor(form) {
    const { page, place, draft, keep } = form.dataset;
    super(form, `${PREFIX}${place === "ask" ? `ask.${page}` : place}.`);
    this.has = (name) => FIELDS.has(name);
    this.areas = WRITTEN.map((name) => form.elements[name]).filter(Boolean);
    const isSent = keep === "always";
    this.begin(isSent && !draft);
    const blank = this.defaults();
    if (place === "ask") for (const { name } of this.areas) blank[name] = "";
    if (place === "ask" || !draft) this.blank = JSON.stringify(blank);
    if (!isSent) this.takeLeft();
    // It came back from the server with what was sent, which has it now.
    else if (draft) {
      for (const [key, { sent }] of entriesOf(this.prefix)) if (sent) browserStore.remove(key);
    }
    // Also what a browser filled in itself, or what nothing could store so far.
    this.later();
  }

  get status() {
    let place = this.form.querySelector(".answer-state");
    if (!place) {
      place = element("p", { className: "answer-state muted", role: "status" });
      this.form.append(place);
    }
    return place;
  }

  savedWords(time) {
    return `Draft saved ${time}`;
  }

  // Is there something that closing the form would be the end of?
  get holds() {
    return Boolean(this.since) || this.changed;
  }

  // As if nothing had been typed: the form is drawn once more.
  async startAgain() {
    try {
      await this.discard();
    } catch {
      this.resume();
      this.say(NOT_DISCARDED, true);
      return;
    }
    const again = this.form.closest("[data-question]")?.querySelector("[data-answer]");
    if (!again) return location.reload();
    this.form.remove();
    again.click();
  }

  // -- what closed windows left -------------------------------------------------------------------

  takeLeft() {
    let isBack = false;
    for (const [key, entry] of this.left()) {
      if (!isBack && entry.since === this.since) {
        isBack = true;
        this.putBack(key, entry);
      } else this.offer(key, entry);
    }
  }

  fill(key, { fields }) {
    const { seen } = this.form.elements;
    for (const area of this.areas) area.value = fields[area.name] ?? area.value;
    // Over the answer that its author saw: if there is another by now, both are shown on saving.
    if (seen && fields.seen) seen.value = fields.seen;
    this.later();
    if (this.isStored || !this.changed) browserStore.remove(key);
  }

  note(words, ...buttons) {
    const said = element("span", {}, words);
    const place = element("p", { className: "answer-draft", role: "status" }, said, ...buttons);
    this.form.querySelector(".answer-error").after(place);
    return place;
  }

  // It goes on from what the server has.
  putBack(key, entry) {
    this.fill(key, entry);
    this.form.querySelector("[data-discard]")?.closest(".answer-draft").remove();
    const discard = button("Discard", () => this.startAgain());
    this.note(`Your unsaved text from ${when(entry.at)} is back.`, discard);
  }

  // It is another text; its first words show which.
  offer(key, entry) {
    const lines = WRITTEN.flatMap((name) => (entry.fields[name] ?? "").split("\n"));
    const line = lines
      .find((words) => words.trim())
      ?.trim()
      .slice(0, EXCERPT);
    const decide = (act) => () => {
      place.remove();
      act();
      this.areas.at(-1).focus();
    };
    const place = this.note(
      `This browser has other unsaved text of yours from ${when(entry.at)}${line ? `: “${line}”` : "."}`,
      button(
        "Use it",
        decide(() => this.fill(key, entry)),
      ),
      button(
        "Discard it",
        decide(() => browserStore.remove(key)),
      ),
    );
  }
}

export const startAskedDraft = (form) => draftOf(form) ?? new AskedDraft(form);

// -- what has no form here ------------------------------------------------------------------------

const send = async ({ fields, page, place, draft, since }) => {
  const form = { person, page, place };
  const row = draft || (await request(draftUrl, { fields: form })).draft;
  await request(draftUrl, { fields: { ...fields, ...form, draft: row, since } });
};

const hasForm = ({ page, place }) =>
  document.querySelector(`form[data-page="${page}"][data-place="${place}"]`);

const sendLeft = async () => {
  for (const [key, entry] of entriesOf(PREFIX)) {
    if (!isLeft(entry) || hasForm(entry) || !entry.place) continue;
    if (entry.at < Date.now() - LONGEST) browserStore.remove(key);
    else if (entry.draft || !entry.sent) {
      try {
        await send(entry);
        browserStore.remove(key);
      } catch ({ kind, reason }) {
        // It was saved or discarded in the meantime.
        if (reason === "ended" && entry.sent) browserStore.remove(key);
        if (kind === "offline" || kind === "logged-out") return;
      }
    }
  }
};

// -- at the start -----------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  // What is sent in its place waits first: see `questions/in-place.js`.
  if (event.defaultPrevented || event.target.matches("[data-in-place]")) return;
  const draft = draftOf(event.target);
  if (draft instanceof AskedDraft) draft.hold();
});

document.addEventListener("click", async (event) => {
  const control = event.target.closest("[data-discard], [data-along]");
  const draft = control && draftOf(control.closest("form"));
  if (!draft || !isPlainClick(event)) return;
  event.preventDefault();
  if ("discard" in control.dataset) return draft.startAgain();
  // The page that it leads to has the form with all of it.
  await Promise.race([draft.save(), patience()]);
  location.assign(control.href);
});

for (const form of document.querySelectorAll("form[data-place]:not(#kb-editor)"))
  startAskedDraft(form);

// A form that is asked for after it comes with what other windows had left.
export const ready = Promise.race([sendLeft(), patience()]);
