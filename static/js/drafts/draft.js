// Drafts: what is typed in a form is stored in this browser at once, and on the server a moment
// later. The forms of pages (`page.js`) and those that ask and answer (`asked.js`) add what differs.
//
// An entry in the browser is `{ fields, page, place, section, draft, since, at, alive, left, sent }`:
// what was typed; which form it is of; the number of its draft and when that was last written, as far
// as was known; when it was typed and when its window was last heard of; whether that window was
// closed, and whether a last request with all of it was on its way.

import { clock } from "../lib/dom.js";
import { csrfToken, formData, request } from "../lib/request.js";
import { browserStore } from "../lib/store.js";

const PAUSE = 1500; // milliseconds after the last key
const LONGEST = 10000; // milliseconds of typing without a pause
const BEAT = 15000;
const PATIENCE = 3000; // milliseconds that saving waits for a draft on its way
export const ALIVE = 40000; // milliseconds after which a window that says nothing is closed
const A_DAY = 24 * 60 * 60 * 1000;
export const HERE = "saved in this browser";
const NOWHERE =
  "Your text could not be saved as a draft. Save the page, or copy your text before you leave.";
const WAITING = `There is an earlier draft: continue or discard it. Until then what you type is ${HERE}.`;
const WORDS = {
  offline: `Not connected: ${HERE}.`,
  "logged-out": `You are logged out: ${HERE}. Log in again in another tab.`,
  failed: `The server did not answer as it should: ${HERE}.`,
};

// What a text may differ in and still be the same.
const BESIDE_TEXT = new Set(["version", "seen", "asked"]);

const whyNot = ({ kind, message }) => WORDS[kind] ?? `${message} This text is ${HERE}.`;

export const patience = () => new Promise((done) => setTimeout(done, PATIENCE));

// -- entries in the browser -----------------------------------------------------------------------

// All whose keys begin so, as `[key, entry]`, the last first.
export const entriesOf = (prefix) =>
  browserStore
    .keys()
    .filter((key) => key.startsWith(prefix))
    .map((key) => [key, browserStore.get(key)])
    .filter(([, entry]) => entry?.fields)
    .sort(([, one], [, other]) => other.at - one.at);

// Is the window closed that it was typed in?
export const isLeft = ({ left, alive }) => left || !(Date.now() - alive < ALIVE);

const isSame = (one, other) =>
  [...Object.keys(one), ...Object.keys(other)].every(
    (name) => BESIDE_TEXT.has(name) || (one[name] ?? "") === (other[name] ?? ""),
  );

// -- one form -------------------------------------------------------------------------------------

const open = new Set();

export const draftOf = (form) => [...open].find((draft) => draft.form === form);

export class Draft {
  // The fields that are sent; whether the server is to know of the open form, and show others.
  has = () => true;
  session = false;
  // Is there an earlier draft that its author has not decided about?
  undecided = false;
  // What there is without any draft: then that of this form is forgotten.
  blank = null;

  constructor(form, prefix) {
    const script = document.querySelector("script[data-draft-url]");
    Object.assign(this, { form, prefix, facts: { ...script?.dataset, ...form.dataset } });
    this.draft = Number(this.facts.draft || 0);
    // When it was last written, as this form knows; null until the server has said it.
    this.since = this.facts.since ?? null;
    // Each window has an entry of its own.
    this.key = prefix + Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
    this.turn = Promise.resolve();
    open.add(this);
  }

  // The server has what it showed, except where that is what was just sent to it.
  begin(unsaved) {
    this.first = unsaved ? "" : JSON.stringify(this.defaults());
    this.saved = this.first;
  }

  fields(form = this.form) {
    return Object.fromEntries([...new FormData(form)].filter(([name]) => this.has(name)));
  }

  // The fields as they came: browsers may fill in what was typed before a page was loaded again.
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

  later() {
    if (this.stopped) return;
    clearTimeout(this.timer);
    if (!this.changed) return this.fine();
    this.at = Date.now();
    this.typing ||= this.at;
    this.store();
    const wait = Math.min(PAUSE, Math.max(0, this.typing + LONGEST - this.at));
    this.timer = setTimeout(() => this.save(), wait);
  }

  // -- in this browser ------------------------------------------------------------------------------

  store(more) {
    const { draft, facts } = this;
    const { page, place = "", section = "" } = facts;
    const now = Date.now();
    const entry = { fields: this.fields(), page, place, section, draft, since: this.since ?? "" };
    this.isStored = browserStore.set(this.key, {
      ...entry,
      at: this.at ?? now,
      alive: now,
      ...more,
    });
    return this.isStored;
  }

  unstore() {
    browserStore.remove(this.key);
    this.isStored = false;
  }

  // The server has all of it.
  fine() {
    if (!this.changed) this.unstore();
  }

  trouble(why) {
    this.say(this.store() ? why : NOWHERE, true);
  }

  // What closed windows left for this form, as `entriesOf`; what is over is removed.
  left() {
    const { section = "" } = this.facts;
    return entriesOf(this.prefix).filter(([key, entry]) => {
      if (key === this.key || !isLeft(entry)) return false;
      const isShown = (entry.section ?? "") === section && isSame(entry.fields, this.fields());
      const isOver = isShown || this.ended(entry);
      if (isOver) browserStore.remove(key);
      return !isOver;
    });
  }

  // Was it sent to a draft that was saved or discarded since? Empty sessions are forgotten in a day.
  ended({ sent, draft, place, at }) {
    if (!sent || !draft || place !== (this.facts.place ?? "") || draft === this.draft) return false;
    return !this.session || (this.draft > 0 && Date.now() - at < A_DAY);
  }

  // -- on the server --------------------------------------------------------------------------------

  // One request after another.
  queue(act) {
    this.turn = this.turn.then(act);
    return this.turn;
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
      this.isCut = false;
      return answer;
    } catch (refused) {
      this.isCut = refused.kind === "offline";
      throw refused;
    }
  }

  took(answer) {
    if (this.draft && answer.draft !== this.draft) {
      // What was there was saved or discarded elsewhere; this text goes on as a draft of its own.
      Object.assign(this, { since: "", saved: this.first, undecided: false });
    }
    // Only the first answer says what this form began with.
    this.since ??= answer.saved_at;
    this.draft = answer.draft;
  }

  async saveNow(again = true) {
    clearTimeout(this.timer);
    this.typing = 0;
    if (this.stopped || !this.changed) return;
    if (this.undecided) return this.trouble(WAITING);
    try {
      if (this.since && this.text() === this.blank) await this.takeBack();
      else await this.send();
    } catch (refused) {
      if (this.stopped) return;
      if (refused.reason !== "ended" || !again) return this.trouble(whyNot(refused));
      Object.assign(this, { draft: 0, since: "" });
      await this.saveNow(false);
    }
  }

  async send() {
    if (!this.draft) this.took(await this.post());
    const fields = this.fields();
    const answer = await this.post(fields);
    this.took(answer);
    Object.assign(this, { since: answer.saved_at, saved: JSON.stringify(fields) });
    this.fine();
    this.say(this.savedWords(clock(answer.saved_at)));
  }

  // It is as before anything was typed: there is no draft any more.
  async takeBack() {
    const text = this.text();
    await this.forget();
    Object.assign(this, { draft: 0, since: "", saved: text });
    this.fine();
    this.say("");
  }

  forget() {
    const { discardUrl, page, place } = this.facts;
    return request(discardUrl, { fields: { page, place, kept: this.since } });
  }

  // The form is open; what others do is heard.
  beat() {
    return this.queue(async () => {
      if (this.stopped || (document.hidden && this.draft && !this.changed)) return;
      if (!this.session || (this.draft && this.changed)) return this.saveNow();
      try {
        this.took(await this.post());
        if (this.changed) await this.saveNow();
        else if (this.isTrouble) {
          this.fine();
          this.say("");
        }
      } catch (refused) {
        if (this.changed && !this.stopped) this.trouble(whyNot(refused));
      }
    });
  }

  say(words, trouble = false) {
    this.isTrouble = trouble;
    const { status } = this;
    status.classList.toggle("is-trouble", trouble);
    // That all is well need not be read out each time.
    status.setAttribute("aria-live", trouble ? "polite" : "off");
    if (status.textContent !== words) status.textContent = words;
  }

  // -- the end --------------------------------------------------------------------------------------

  // The form is sent: nothing more is stored until it is known how that went.
  hold() {
    this.stop();
    const { kept, csrfmiddlewaretoken: token } = this.form.elements;
    if (token) token.value = csrfToken();
    // Saving ends the draft that this form knows, and no other.
    if (kept && this.since !== null && !this.undecided) kept.value = this.since;
    if (this.changed) this.store({ sent: navigator.onLine, left: true });
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  // The same after what is on its way, for a while.
  async finish() {
    this.stopped = true;
    await Promise.race([this.turn, patience()]);
    this.hold();
  }

  resume() {
    this.stopped = false;
    this.later();
  }

  done() {
    this.stop();
    this.unstore();
    open.delete(this);
  }

  async discard() {
    await this.finish();
    this.unstore();
    if (this.draft) await this.forget();
    this.done();
  }

  lost() {
    return !this.stopped && this.changed && !this.store();
  }

  // The last words. Whether they arrive shows when the form is opened again.
  leave() {
    if (this.stopped) return;
    this.stopped = true;
    const { changed } = this;
    const sends = changed && this.draft > 0 && !this.undecided;
    let sent = !changed;
    if (sends || (this.session && this.draft)) {
      const body = formData({ ...this.allFields(sends ? this.fields() : {}), leaving: "1" });
      body.append("csrfmiddlewaretoken", csrfToken());
      const gone = navigator.onLine && navigator.sendBeacon(this.facts.draftUrl, body);
      sent ||= sends && gone;
    }
    if (changed || this.isStored) this.store({ left: true, sent });
  }

  // A browser shows the page again that it had put aside.
  async back() {
    const before = this.draft;
    this.stopped = false;
    if (before || this.session) {
      Object.assign(this, { draft: 0, since: null });
      await this.queue(() =>
        this.post().then(
          (answer) => this.took(answer),
          () => null,
        ),
      );
      // The same draft as before it was sent: it did not arrive.
      if (this.draft === before) this.saved = this.first;
    }
    this.later();
  }
}

// -- all forms of this window ---------------------------------------------------------------------

const each = (act) => [...open].filter(({ form }) => form.isConnected).map(act);

for (const type of ["input", "change"]) {
  document.addEventListener(type, ({ target }) => draftOf(target.closest("form"))?.later());
}
setInterval(() => each((draft) => draft.beat()), BEAT);
addEventListener("online", () => each((draft) => draft.beat()));
addEventListener("beforeunload", (event) => {
  if (each((draft) => draft.lost()).some(Boolean)) event.preventDefault();
});
addEventListener("pagehide", () => each((draft) => draft.leave()));
addEventListener("pageshow", (event) => event.persisted && each((draft) => draft.back()));
document.addEventListener("visibilitychange", () =>
  each((draft) => (document.hidden ? draft.save() : draft.beat())),
);
