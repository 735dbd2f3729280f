// Drafts: text typed in a form is stored in this browser at once, and on the server a moment later.
// `page.js` extends this for the forms of pages, `asked.js` for the forms of questions and answers.
//
// An entry in storage is `{ fields, page, place, section, draft, since, at, alive, left, sent }`:
// the typed text; `page`, `place` and `section` identify the form; the id of its draft and when the
// draft was last saved, if known; when the text was typed and when its window last wrote the entry;
// whether that window was closed, and whether a last request with all of the text was sent.

import { formatTime } from "../lib/dom.js";
import { csrfToken, formData, request } from "../lib/request.js";
import { browserStore } from "../lib/store.js";

const PAUSE = 1500; // milliseconds after the last key
const MAX_DELAY = 10000; // milliseconds after which the draft is saved even without a pause
const HEARTBEAT_INTERVAL = 15000; // milliseconds
const MAX_WAIT = 3000; // milliseconds that saving a page waits for its draft to be saved
export const WINDOW_TIMEOUT = 40000; // milliseconds without a heartbeat until a window is closed
const ONE_DAY = 24 * 60 * 60 * 1000;
export const IN_BROWSER = "saved in this browser";
const NOT_STORED =
  "Your text could not be saved as a draft. Save the page, or copy your text before you leave.";
const NOT_SENT = `There is an earlier draft: continue or discard it. This text is ${IN_BROWSER}.`;
const MESSAGES = {
  offline: `Not connected: ${IN_BROWSER}.`,
  "logged-out": `You are logged out: ${IN_BROWSER}. Log in again in another tab.`,
  failed: `The server returned an unexpected response: ${IN_BROWSER}.`,
};

// Fields that are ignored when two texts are compared.
const IGNORED_FIELDS = new Set(["version", "seen", "asked"]);

const failureMessage = ({ kind, message }) =>
  MESSAGES[kind] ?? `${message} This text is ${IN_BROWSER}.`;

export const waitBriefly = () => new Promise((done) => setTimeout(done, MAX_WAIT));

// -- entries in the browser ------------------------------------------------------------------

// Return the entries whose keys start with `prefix` as `[key, entry]`, newest first.
export const findEntries = (prefix) =>
  browserStore
    .keys()
    .filter((key) => key.startsWith(prefix))
    .map((key) => [key, browserStore.get(key)])
    .filter(([, entry]) => entry?.fields)
    .sort(([, one], [, other]) => other.at - one.at);

// Return whether the window of an entry was closed.
export const isWindowClosed = ({ left, alive }) => left || !(Date.now() - alive < WINDOW_TIMEOUT);

const isSame = (one, other) =>
  [...Object.keys(one), ...Object.keys(other)].every(
    (name) => IGNORED_FIELDS.has(name) || (one[name] ?? "") === (other[name] ?? ""),
  );

// -- one form --------------------------------------------------------------------------------

const openDrafts = new Set();

export const draftFor = (form) => [...openDrafts].find((draft) => draft.form === form);

export class Draft {
  // Return whether a field is part of the draft.
  includesField = () => true;
  // Whether the server tracks the open form and reports other editors.
  session = false;
  // Whether there is an earlier draft that the user has neither continued nor discarded.
  undecided = false;
  // The text without any draft; typing it again deletes the draft.
  blank = null;

  constructor(form, prefix) {
    const script = document.querySelector("script[data-draft-url]");
    Object.assign(this, { form, prefix, facts: { ...script?.dataset, ...form.dataset } });
    this.draft = Number(this.facts.draft || 0);
    // When the draft was last saved, as far as this form knows; null until the server reports it.
    this.since = this.facts.since ?? null;
    // Each window has an entry of its own.
    this.key = prefix + Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
    this.pending = Promise.resolve();
    openDrafts.add(this);
  }

  // Set the text that counts as saved: the form's initial text, unless the server rejected it.
  setInitialText(unsaved) {
    this.initial = unsaved ? "" : JSON.stringify(this.defaults());
    this.saved = this.initial;
  }

  fields(form = this.form) {
    return Object.fromEntries([...new FormData(form)].filter(([name]) => this.includesField(name)));
  }

  // Return the fields of the HTML: browsers may restore typed values after a reload.
  defaults() {
    const form = this.form.cloneNode(true);
    form.reset();
    return this.fields(form);
  }

  text() {
    return JSON.stringify(this.fields());
  }

  get changed() {
    return this.text() !== this.saved;
  }

  scheduleSave() {
    if (this.stopped) return;
    clearTimeout(this.timer);
    if (!this.changed) return this.handleSaved();
    this.at = Date.now();
    this.typing ||= this.at;
    this.storeEntry();
    const delay = Math.min(PAUSE, Math.max(0, this.typing + MAX_DELAY - this.at));
    this.timer = setTimeout(() => this.save(), delay);
  }

  // -- in this browser -----------------------------------------------------------------------

  storeEntry(changes) {
    const { draft, facts } = this;
    const { page, place = "", section = "" } = facts;
    const now = Date.now();
    const entry = { fields: this.fields(), page, place, section, draft, since: this.since ?? "" };
    const times = { at: this.at ?? now, alive: now };
    this.isStored = browserStore.set(this.key, { ...entry, ...times, ...changes });
    return this.isStored;
  }

  removeEntry() {
    browserStore.remove(this.key);
    this.isStored = false;
  }

  // Delete the entry in the browser if the server has the whole text.
  handleSaved() {
    if (!this.changed) this.removeEntry();
  }

  reportFailure(message) {
    this.showStatus(this.storeEntry() ? message : NOT_STORED, true);
  }

  // Return the entries of closed windows for this form; delete those that are no longer needed.
  findAbandoned() {
    const { section = "" } = this.facts;
    return findEntries(this.prefix).filter(([key, entry]) => {
      if (key === this.key || !isWindowClosed(entry)) return false;
      const isShown = (entry.section ?? "") === section && isSame(entry.fields, this.fields());
      const isOver = isShown || this.isEnded(entry);
      if (isOver) browserStore.remove(key);
      return !isOver;
    });
  }

  // Return whether an entry's draft was saved or discarded since. The server deletes empty sessions
  // after a day, so older entries count as unsaved.
  isEnded({ sent, draft, place, at }) {
    if (!sent || !draft || place !== (this.facts.place ?? "") || draft === this.draft) return false;
    return !this.session || (this.draft > 0 && Date.now() - at < ONE_DAY);
  }

  // -- on the server -------------------------------------------------------------------------

  // Send one request after another.
  queue(action) {
    this.pending = this.pending.then(action);
    return this.pending;
  }

  save() {
    return this.queue(() => this.saveNow());
  }

  allFields(fields) {
    const { person, page, section = "", place = "" } = this.facts;
    return { ...fields, person, page, section, place, draft: this.draft, since: this.since ?? "" };
  }

  async post(fields) {
    this.abort = new AbortController();
    try {
      const options = { fields: this.allFields(fields), signal: this.abort.signal };
      const answer = await request(this.facts.draftUrl, options);
      this.isOffline = false;
      return answer;
    } catch (refused) {
      this.isOffline = refused.kind === "offline";
      throw refused;
    }
  }

  // Load the state of the draft, if the server can be reached.
  async refresh() {
    const answer = await this.post().catch(() => null);
    if (answer) this.applyResponse(answer);
  }

  applyResponse(answer) {
    if (this.draft && answer.draft !== this.draft) {
      // The draft was saved or discarded elsewhere: this text becomes a new draft.
      Object.assign(this, { since: "", saved: this.initial, undecided: false });
    }
    // Only the first response describes the draft that this form started with.
    this.since ??= answer.saved_at;
    this.draft = answer.draft;
  }

  async saveNow(again = true) {
    clearTimeout(this.timer);
    this.typing = 0;
    if (this.stopped || !this.changed) return;
    if (this.undecided) return this.reportFailure(NOT_SENT);
    try {
      if (this.since && this.text() === this.blank) await this.deleteDraft();
      else await this.send();
    } catch (refused) {
      if (this.stopped) return;
      if (refused.reason !== "ended" || !again) return this.reportFailure(failureMessage(refused));
      Object.assign(this, { draft: 0, since: "" });
      await this.saveNow(false);
    }
  }

  async send() {
    if (!this.draft) this.applyResponse(await this.post());
    const fields = this.fields();
    const answer = await this.post(fields);
    this.applyResponse(answer);
    Object.assign(this, { since: answer.saved_at, saved: JSON.stringify(fields) });
    this.handleSaved();
    this.showStatus(this.savedMessage(formatTime(answer.saved_at)));
  }

  // Delete the draft because the text is as it was before typing.
  async deleteDraft() {
    const text = this.text();
    await this.requestDiscard();
    Object.assign(this, { draft: 0, since: "", saved: text });
    this.handleSaved();
    this.showStatus("");
  }

  requestDiscard() {
    const { discardUrl, page, place } = this.facts;
    return request(discardUrl, { fields: { page, place, kept: this.since } });
  }

  // Report that the form is open, and show other editors and newer versions.
  sendHeartbeat() {
    return this.queue(async () => {
      if (this.stopped || (document.hidden && this.draft && !this.changed)) return;
      if (!this.session || (this.draft && this.changed)) return this.saveNow();
      try {
        this.applyResponse(await this.post());
        if (this.changed) await this.saveNow();
        else if (this.isFailure) {
          this.handleSaved();
          this.showStatus("");
        }
      } catch (refused) {
        if (this.changed && !this.stopped) this.reportFailure(failureMessage(refused));
      }
    });
  }

  showStatus(message, isFailure = false) {
    this.isFailure = isFailure;
    const { status } = this;
    status.classList.toggle("is-trouble", isFailure);
    // Screen readers announce failures only, not every save.
    status.setAttribute("aria-live", isFailure ? "polite" : "off");
    if (status.textContent !== message) status.textContent = message;
  }

  // -- the end -------------------------------------------------------------------------------

  // Prepare the form for sending, and save no more drafts until the result is known.
  prepareSubmit() {
    this.stop();
    const { kept, csrfmiddlewaretoken: token } = this.form.elements;
    if (token) token.value = csrfToken();
    // Saving the page deletes the draft only if it is the one that this form knows.
    if (kept && this.since !== null && !this.undecided) kept.value = this.since;
    if (this.changed) this.storeEntry({ sent: navigator.onLine, left: true });
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  // Prepare the form for sending after waiting for running requests, up to a limit.
  async finishSaving() {
    this.stopped = true;
    await Promise.race([this.pending, waitBriefly()]);
    this.prepareSubmit();
  }

  resume() {
    this.stopped = false;
    this.scheduleSave();
  }

  close() {
    this.stop();
    this.removeEntry();
    openDrafts.delete(this);
  }

  async discard() {
    await this.finishSaving();
    this.removeEntry();
    if (this.draft) await this.requestDiscard();
    this.close();
  }

  wouldLoseText() {
    return !this.stopped && this.changed && !this.storeEntry();
  }

  // Send the text a last time. Whether it arrived is checked when the form is opened again.
  handleLeave() {
    if (this.stopped) return;
    this.stopped = true;
    const { changed } = this;
    const sendsText = changed && this.draft > 0 && !this.undecided;
    let sent = !changed;
    if (sendsText || (this.session && this.draft)) {
      const body = formData({ ...this.allFields(sendsText ? this.fields() : {}), leaving: "1" });
      body.append("csrfmiddlewaretoken", csrfToken());
      const isQueued = navigator.onLine && navigator.sendBeacon(this.facts.draftUrl, body);
      sent ||= sendsText && isQueued;
    }
    if (changed || this.isStored) this.storeEntry({ left: true, sent });
  }

  // Update the draft after the browser restored the page from its back/forward cache.
  async reopen() {
    const before = this.draft;
    this.stopped = false;
    if (before || this.session) {
      Object.assign(this, { draft: 0, since: null });
      await this.queue(() => this.refresh());
      // The draft still exists, so the form that was sent did not arrive.
      if (this.draft === before) this.saved = this.initial;
    }
    this.scheduleSave();
  }
}

// -- all forms in this window ----------------------------------------------------------------

const mapDrafts = (action) => [...openDrafts].filter(({ form }) => form.isConnected).map(action);

for (const type of ["input", "change"]) {
  document.addEventListener(type, ({ target }) => draftFor(target.closest("form"))?.scheduleSave());
}
setInterval(() => mapDrafts((draft) => draft.sendHeartbeat()), HEARTBEAT_INTERVAL);
addEventListener("online", () => mapDrafts((draft) => draft.sendHeartbeat()));
addEventListener("beforeunload", (event) => {
  if (mapDrafts((draft) => draft.wouldLoseText()).some(Boolean)) event.preventDefault();
});
addEventListener("pagehide", () => mapDrafts((draft) => draft.handleLeave()));
addEventListener("pageshow", (event) => event.persisted && mapDrafts((draft) => draft.reopen()));
document.addEventListener("visibilitychange", () =>
  mapDrafts((draft) => (document.hidden ? draft.save() : draft.sendHeartbeat())),
);
