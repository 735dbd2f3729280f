// Drafts: what is typed is kept on the server a moment later, and in the browser where that fails.
(() => {
  "use strict";

  const FIELDS = new Set([
    "notes",
    "title",
    "abbreviation",
    "category",
    "aliases",
    "tags",
    "rewrite",
    "version",
  ]);
  // Of a form with rows (the admin's) all fields are sent: the server puts the rows into the notes.
  const ALL = { has: (name) => name !== "csrfmiddlewaretoken" && name !== "kept" };
  // What of it no draft on the server holds.
  const BESIDE = /^(slug|about|aws_id|position|questions-\d+-dismissed)$/;
  const PAUSE = 1500; // milliseconds after the last key
  const LONGEST = 10000; // milliseconds of typing without a pause
  const BEAT = 15000;
  const HERE = "kept in this browser";
  const OFFLINE = `Not connected: ${HERE}.`;
  const UNSAVED = "Not connected: your text is kept in this browser. Save again when you are back.";
  const LOGGED_OUT = `You are logged out: ${HERE}. Log in again in another tab.`;
  const FAILED = `The server did not answer as it should: ${HERE}.`;
  const NOWHERE = "Your text could not be kept anywhere. Save it, or copy it before you leave.";
  const WAITING = `There is an earlier draft: continue or discard it. Until then what you type is ${HERE}.`;

  const clock = (moment) =>
    new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  // An answer that is none: `reason` is the server's word for it.
  class Refused extends Error {
    constructor(message, reason = "") {
      super(message);
      this.reason = reason;
    }
  }

  class Draft {
    constructor(form, status) {
      this.form = form;
      this.status = status;
      this.names = "wholeForm" in form.dataset ? ALL : FIELDS;
      this.kept = new window.kbEditor.Kept(form);
      const offered = document.querySelector("[data-draft-notice]");
      this.undecided = Boolean(offered) || "undecided" in form.dataset;
      // What the server showed; nothing of it is stored where it shows what was just sent to it.
      this.first =
        "unsaved" in form.dataset ? "" : JSON.stringify(window.kbEditor.defaults(form, this.names));
      this.saved = this.first;
      this.start();
      form.addEventListener("input", () => this.later());
      form.addEventListener("change", () => this.later());
      form.addEventListener("submit", (event) => this.submits(event));
      for (const other of document.querySelectorAll("form[data-discards-draft]")) {
        other.addEventListener("submit", () => this.discard());
      }
      for (const link of form.querySelectorAll("[data-leaves]")) {
        link.addEventListener("click", (event) => this.cancel(event, link));
      }
      setInterval(() => this.beat(), BEAT);
      addEventListener("online", () => this.beat());
      addEventListener("pagehide", () => this.leave());
      addEventListener("pageshow", (event) => event.persisted && this.start());
      addEventListener("beforeunload", (event) => this.lost() && event.preventDefault());
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) this.save();
        else this.beat();
      });
    }

    // Once more when a browser shows the page again that it had put aside.
    start() {
      const before = this.id;
      Object.assign(this, { id: 0, since: null, stopped: false, busy: null, typing: 0 });
      this.beat().then((answer) => {
        // The same draft as before it was sent: it did not arrive.
        if (before && answer?.draft === before) this.saved = this.first;
        this.later();
        // In a conflict what was sent a moment ago is on the page already.
        if ("conflict" in this.form.dataset) return;
        const { section, place } = this.form.dataset;
        const shown = { fields: this.fields(), section, place };
        window.kbEditor.offer(this, this.kept.offers(answer, this.undecided, shown));
      });
    }

    fields() {
      return Object.fromEntries(
        [...new FormData(this.form)].filter(([name]) => this.names.has(name)),
      );
    }

    text() {
      return JSON.stringify(this.fields());
    }

    get changed() {
      return this.text() !== this.saved;
    }

    later() {
      if (!this.changed || this.stopped) return;
      const now = Date.now();
      this.typing ||= now;
      clearTimeout(this.timer);
      this.timer = setTimeout(
        () => this.save(),
        Math.min(PAUSE, Math.max(0, this.typing + LONGEST - now)),
      );
    }

    // -- asking the server ----------------------------------------------------------------------

    body(fields = {}) {
      const { person, page, section, place = "" } = this.form.dataset;
      const body = new FormData();
      const told = {
        ...fields,
        person,
        page,
        section,
        place,
        draft: this.id,
        since: this.since ?? "",
      };
      for (const [name, value] of Object.entries(told)) body.append(name, value);
      body.append("csrfmiddlewaretoken", window.kbEditor.token(this.form));
      return body;
    }

    async ask(fields) {
      let response;
      const busy = (this.busy = new AbortController());
      try {
        response = await fetch(this.form.dataset.draftUrl, {
          method: "POST",
          body: this.body(fields),
          headers: { Accept: "application/json" },
          credentials: "same-origin",
          signal: busy.signal,
        });
        this.cut = false;
      } catch {
        this.cut = !busy.signal.aborted;
        throw new Refused(OFFLINE);
      } finally {
        this.busy = null;
      }
      if (response.redirected) throw new Refused(LOGGED_OUT);
      const json = (response.headers.get("Content-Type") || "").includes("json");
      const answer = json ? await response.json() : {};
      if (response.ok && json) return answer;
      throw new Refused(
        answer.error ? `${answer.error} This text is ${HERE}.` : FAILED,
        answer.reason,
      );
    }

    // The editor is open; what others do is shown. Returns the answer, null where there is none.
    async beat() {
      if (this.stopped || this.busy || (document.hidden && this.id)) return null;
      if (this.id && this.changed) return this.save();
      try {
        const answer = await this.ask();
        this.took(answer);
        // Only the first answer says what this editor began with.
        this.since ??= answer.saved_at;
        if (this.changed) await this.save();
        else if (this.trouble) this.fine();
        return answer;
      } catch (refused) {
        if (this.changed) this.keep(refused.message);
        return null;
      }
    }

    async save(again = true) {
      clearTimeout(this.timer);
      this.typing = 0;
      if (this.stopped || !this.changed) return null;
      if (this.undecided) return this.keep(WAITING);
      if (this.busy) return this.later();
      if (!this.id) return this.beat();
      const text = this.text();
      try {
        const answer = await this.ask(this.fields());
        this.took(answer);
        this.since = answer.saved_at;
        this.saved = text;
        const beside = this.beside();
        if (beside) this.kept.put(this.entry(true));
        else this.kept.drop();
        this.resumed?.();
        this.say(
          `Draft kept ${clock(answer.saved_at)}${beside ? `; what is no text is ${HERE}` : ""}`,
        );
        return answer;
      } catch (refused) {
        if (this.stopped) return null;
        if (refused.reason !== "ended" || !again) return this.keep(refused.message);
        [this.id, this.since] = [0, ""];
        return this.beat();
      }
    }

    took(answer) {
      if (this.id && answer.draft !== this.id) {
        // What was there was saved or discarded elsewhere; this text goes on as a draft of its own.
        Object.assign(this, { since: "", saved: this.first, undecided: false });
      }
      this.id = answer.draft;
      this.showOthers(answer);
    }

    // -- where the server does not have it --------------------------------------------------------

    entry(sent) {
      const { section, place } = this.form.dataset;
      return {
        fields: this.fields(),
        section,
        place,
        draft: this.id,
        after: this.since ?? "",
        sent,
      };
    }

    // Was anything changed that only the browser can keep?
    beside() {
      if (this.names !== ALL) return false;
      const [before, now] = [JSON.parse(this.first || "{}"), this.fields()];
      const names = new Set([...Object.keys(before), ...Object.keys(now)]);
      return [...names].some((name) => BESIDE.test(name) && before[name] !== now[name]);
    }

    keep(why) {
      this.nowhere = !this.kept.put(this.entry(false));
      this.say(this.nowhere ? NOWHERE : why, true);
      return null;
    }

    lost() {
      return !this.stopped && this.changed && !this.kept.put(this.entry(false));
    }

    // The last words. Whether they arrive is told when the editor is opened again.
    leave() {
      if (this.stopped) return;
      this.stopped = true;
      const changed = this.changed && this.id && !this.undecided;
      const body = this.body(changed ? this.fields() : {});
      body.append("leaving", "1");
      const sent =
        navigator.onLine && this.id && navigator.sendBeacon(this.form.dataset.draftUrl, body);
      if (this.changed) this.kept.put(this.entry(Boolean(changed && sent)));
    }

    // A form that is sent into nothing leaves the browser's error page in the place of the text.
    async submits(event) {
      if (event.defaultPrevented || this.asking) return event.preventDefault();
      if (this.arrived || (navigator.onLine && !this.cut)) return this.submit();
      event.preventDefault();
      // Asked all the same: without a network there still is a server on this very machine.
      this.asking = true;
      await this.ask().then(
        (answer) => this.took(answer),
        () => null,
      );
      this.asking = false;
      if (this.cut) return this.keep(UNSAVED);
      this.arrived = true;
      this.form.requestSubmit(event.submitter);
      this.arrived = false;
    }

    submit() {
      const { csrfmiddlewaretoken, kept } = this.form.elements;
      if (csrfmiddlewaretoken) csrfmiddlewaretoken.value = window.kbEditor.token(this.form);
      // Saving ends the draft that this editor knows, and no other.
      if (kept && this.since !== null && !this.undecided) kept.value = this.since;
      this.stop();
      if (this.text() !== this.first) this.kept.put(this.entry(navigator.onLine));
      this.saved = this.text();
    }

    // The page that one goes back to says at its top that there is a draft, which it has by then.
    async cancel(event, link) {
      const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
      if (elsewhere || !(this.changed || this.since)) return;
      event.preventDefault();
      await this.save();
      location.assign(link.pathname);
    }

    discard() {
      this.stop();
      for (const [key, entry] of this.kept.others())
        if (entry.draft === this.id) this.kept.drop(key);
      this.kept.drop();
    }

    stop() {
      this.stopped = true;
      clearTimeout(this.timer);
      this.busy?.abort();
    }

    // The server has all of it.
    fine() {
      this.kept.drop();
      this.say("");
    }

    // -- saying ---------------------------------------------------------------------------------

    say(words, trouble = false) {
      this.trouble = trouble;
      const place = this.status.querySelector(".editing-draft");
      if (place.textContent === words) return;
      place.classList.toggle("is-trouble", trouble);
      // That all is well need not be read out each time.
      place.setAttribute("aria-live", trouble ? "polite" : "off");
      place.textContent = words;
    }

    showOthers({ others, version, changed_by: by, trashed }) {
      const told = [];
      if (others.length) {
        const names = new Intl.ListFormat("en", { type: "conjunction" }).format(others);
        told.push(`${names} ${others.length === 1 ? "is" : "are"} editing this page too.`);
      }
      const opened = Number(this.form.elements.version?.value || 0);
      if (trashed) told.push("This page was moved to the trash meanwhile.");
      else if (opened && version > opened) {
        const where = by === "You" ? " elsewhere" : "";
        told.push(
          `${by} saved a newer version of this page${where}: your text will be merged when you save.`,
        );
      }
      const place = this.status.querySelector(".editing-others");
      if (place.textContent !== told.join(" ")) place.textContent = told.join(" ");
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const status = document.getElementById("kb-editing");
    const form = status?.closest("form");
    if (!form) return;
    // The admin's form says there what ours says itself.
    Object.assign(form.dataset, status.dataset);
    if (!form.dataset.draftUrl) return;
    for (const name of ["editing-others", "editing-draft"]) {
      const part = document.createElement("span");
      part.className = name;
      status.append(part, " ");
    }
    new Draft(form, status);
  });
})();
