// What is typed as a question or an answer is kept as a draft a moment later: see
// `questions-stored.js` for where. The form comes from the server with the draft in it.
(() => {
  "use strict";

  const { put, remove, ownKey, dropSent, send, sendLast, sendLeft, forget, look } = window.kbStored;
  const PAUSE = 1500; // milliseconds after the last key
  const LONGEST = 10000; // milliseconds of typing without a pause
  const AGAIN = 15000;
  const PATIENCE = 3000; // milliseconds that saving waits for a draft on its way
  const NOWHERE = "Your text could not be kept anywhere. Save it, or copy it before you leave.";
  const NOT_DISCARDED = "There is no connection: this could not be discarded.";
  const WRITTEN = ["words", "answer"];
  const open = new Map();
  const patience = () => new Promise((done) => setTimeout(done, PATIENCE));

  const clock = (moment) =>
    new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  class Typed {
    constructor(form) {
      const { page, place, draft, since, keep } = form.dataset;
      Object.assign(this, { form, page, place, draft: Number(draft || 0), since: since || "" });
      this.key = ownKey(this);
      this.areas = WRITTEN.map((name) => form.elements[name]).filter(Boolean);
      const shown = JSON.stringify(this.areas.map((area) => area.defaultValue));
      const blank = JSON.stringify(this.areas.map(() => ""));
      // What the server has of it, and what it would have without any draft.
      this.saved = keep === "always" && !draft ? "" : shown;
      this.stored = place === "ask" ? blank : draft ? "" : shown;
      if (keep !== "always") window.kbLeft(this);
      else if (draft) dropSent(this);
      // Also what a browser filled in itself, or nobody could keep so far.
      this.later();
    }

    text() {
      return JSON.stringify(this.areas.map((area) => area.value));
    }

    get changed() {
      return this.text() !== this.saved;
    }

    // Is there something that closing the form would be the end of?
    get holds() {
      return Boolean(this.since) || this.changed;
    }

    entry(more) {
      const fields = {};
      for (const name of [...WRITTEN, "seen", "asked"]) {
        if (this.form.elements[name]) fields[name] = this.form.elements[name].value;
      }
      const { page, place, draft, since } = this;
      return { fields, page, place, draft, since, at: this.at ?? Date.now(), ...more };
    }

    later() {
      if (this.paused) return;
      clearTimeout(this.timer);
      if (!this.changed) return this.fine();
      const now = (this.at = Date.now());
      this.typing ||= now;
      this.nowhere = !put(this.key, this.entry());
      this.timer = setTimeout(
        () => this.save(),
        Math.min(PAUSE, Math.max(0, this.typing + LONGEST - now)),
      );
    }

    // At most one request is under way; `busy` is its end.
    async save(again = true) {
      clearTimeout(this.timer);
      this.typing = 0;
      if (this.busy) {
        await this.busy;
        return this.changed ? this.save(again) : null;
      }
      if (this.paused || this.gone || !this.changed) return null;
      const text = this.text();
      this.abort = new AbortController();
      this.busy = text === this.stored && this.since ? this.takeBack(text) : this.sendNow(text);
      const refused = await this.busy;
      this.busy = null;
      if (!refused || this.paused) return null;
      if (refused.reason !== "ended" || !again) return this.keepHere(refused.message);
      // What was there was saved or discarded elsewhere; this goes on as a draft of its own.
      Object.assign(this, { draft: 0, since: "" });
      return this.save(false);
    }

    // Returns why it was refused, if it was.
    async sendNow(text) {
      const entry = this.entry();
      try {
        await send(entry, this.abort.signal);
        const { draft, since } = entry;
        Object.assign(this, { draft, since, saved: text });
        this.fine();
        this.say(`Kept ${clock(since)}`);
        return null;
      } catch (refused) {
        this.draft = entry.draft;
        return refused;
      }
    }

    // It is as before anything was typed: there is no draft any more.
    async takeBack(text) {
      try {
        await forget(this);
        Object.assign(this, { draft: 0, since: "", saved: text });
        this.fine();
        this.say("");
        return null;
      } catch (refused) {
        return refused;
      }
    }

    keepHere(why) {
      this.nowhere = !put(this.key, this.entry());
      this.say(this.nowhere ? NOWHERE : why, true);
      return null;
    }

    // The server has all of it.
    fine() {
      if (this.changed) return;
      this.nowhere = false;
      remove(this.key);
    }

    say(words, trouble = false) {
      this.trouble = trouble;
      let place = this.form.querySelector(".answer-state");
      if (!place) {
        place = document.createElement("p");
        place.className = "answer-state muted";
        place.setAttribute("role", "status");
        this.form.append(place);
      }
      place.classList.toggle("is-trouble", trouble);
      // That all is well need not be read out each time.
      place.setAttribute("aria-live", trouble ? "polite" : "off");
      if (place.textContent !== words) place.textContent = words;
    }

    // -- the end ----------------------------------------------------------------------------------

    // Before the form is sent: nothing more is kept until it is known how that went.
    async settle() {
      this.hold();
      if (this.busy) await Promise.race([this.busy, patience()]);
      this.hold();
      this.abort?.abort();
    }

    hold() {
      this.paused = true;
      clearTimeout(this.timer);
      const { kept } = this.form.elements;
      // Saving ends the draft that this form knows, and no other.
      if (kept) kept.value = this.since;
      if (this.changed) put(this.key, this.entry({ sent: navigator.onLine }));
    }

    resume() {
      this.paused = false;
      this.later();
    }

    done() {
      this.paused = true;
      remove(this.key);
      open.delete(this.form);
    }

    async discard() {
      await this.settle();
      remove(this.key);
      if (this.draft) await forget(this);
      open.delete(this.form);
    }

    lost() {
      return !this.paused && this.changed && !put(this.key, this.entry());
    }

    leave() {
      this.gone = true;
      if (this.paused || !this.changed) return;
      const entry = this.entry({ left: true });
      this.last = this.text();
      put(this.key, { ...entry, sent: sendLast(entry) });
    }

    // A browser shows the page again that it had put aside.
    async back() {
      this.gone = this.paused = false;
      if (this.draft && this.last) {
        const { draft, saved_at: since } = await look(this).catch(() => ({}));
        if (draft === this.draft && since !== this.since)
          Object.assign(this, { since, saved: this.last });
      }
      this.later();
    }

    // As if nothing had been typed: the form is drawn anew.
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
  }

  const of = (form) => open.get(form);
  const begin = (form) => !open.has(form) && open.set(form, new Typed(form));
  const each = (act) => [...open.values()].map((typed) => typed.form.isConnected && act(typed));

  document.addEventListener("input", ({ target }) => {
    if (WRITTEN.includes(target.name) && target.form) of(target.form)?.later();
  });
  document.addEventListener("click", async (event) => {
    const typed = event.target.closest("[data-discard], [data-along]");
    const mine = typed && of(typed.closest("form"));
    if (!mine || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if ("discard" in typed.dataset) return mine.startAgain();
    // The page that it leads to has the form with all of it.
    await mine.save();
    location.assign(typed.href);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) of(event.target)?.hold();
  });
  // Said by `questions.js`.
  document.addEventListener("kb:opened", (event) => begin(event.target));

  setInterval(() => each((typed) => typed.trouble && typed.save()), AGAIN);
  addEventListener("online", () => each((typed) => typed.save()));
  addEventListener("beforeunload", (event) => {
    if (each((typed) => typed.lost()).some(Boolean)) event.preventDefault();
  });
  addEventListener("pagehide", () => each((typed) => typed.leave()));
  addEventListener("pageshow", (event) => event.persisted && each((typed) => typed.back()));
  document.addEventListener(
    "visibilitychange",
    () => document.hidden && each((typed) => typed.save()),
  );

  for (const form of document.querySelectorAll("form[data-place]")) begin(form);
  const isHere = (entry) =>
    [...open.values()].some(({ place, page }) => place === entry.place && page === entry.page);
  // A form that is asked for after `ready` comes with what other windows had left.
  window.kbTyped = { of, ready: Promise.race([sendLeft(isHere), patience()]) };
})();
