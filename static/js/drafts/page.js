// The draft of a page: of the editor's form, a new page's and the admin's. Shows who else edits the
// page, and offers text that only this browser has.

import { editorOf } from "../editor/editor.js";
import { button, element, isPlainClick } from "../lib/dom.js";
import { browserStore } from "../lib/store.js";
import { ALIVE, Draft, HERE, patience } from "./draft.js";

const FIELDS = new Set("notes title abbreviation category aliases tags rewrite version".split(" "));
// What of the admin's form no draft on the server holds.
const BESIDE = /^(slug|about|aws_id|position|questions-\d+-dismissed)$/;
const UNSAVED = `Not connected: your text is ${HERE}. Save again when you are back.`;
const EXCERPT = 80; // characters

const short = (line) => (line.length > EXCERPT ? `${line.slice(0, EXCERPT).trimEnd()}…` : line);

// A line that only this text has, so that several can be distinguished, as on the server.
const excerpt = ({ notes = "", title = "" }, shown) => {
  const added = (text, other) => {
    const known = new Set(other.split("\n"));
    const line = text.split("\n").find((words) => words.trim() && !known.has(words));
    return short(line?.trim() ?? "");
  };
  const gone = added(shown, notes);
  return added(notes, shown) || (gone ? `without: ${gone}` : short(title));
};

class PageDraft extends Draft {
  session = true;

  constructor(form, status) {
    const { person, page, wholeForm } = form.dataset;
    // The site's editor has no fields for the rows of the admin's, where all are sent: the server
    // puts the rows into the notes.
    const isWhole = wholeForm !== undefined;
    super(form, `kb.${isWhole ? "admin-draft" : "draft"}.${person}.${page || "new"}.`);
    this.isWhole = isWhole;
    this.has = (name) =>
      isWhole ? name !== "csrfmiddlewaretoken" && name !== "kept" : FIELDS.has(name);
    const notice = document.querySelector("[data-draft-notice]");
    this.undecided = Boolean(notice);
    this.others = element("span", { className: "editing-others" });
    this.status = element("span", { className: "editing-draft" });
    status.append(this.others, " ", this.status, " ");
    this.begin("unsaved" in form.dataset);
    form.addEventListener("submit", (event) => this.submits(event));
    for (const link of form.querySelectorAll("[data-leaves]")) {
      link.addEventListener("click", (event) => this.cancel(event, link));
    }
    for (const other of document.querySelectorAll("form[data-discards-draft]")) {
      other.addEventListener("submit", () => this.drop());
    }
    this.start();
  }

  async start() {
    await this.beat();
    this.later();
    this.offer();
    // By then a window that was killed a moment ago counts as closed.
    setTimeout(() => document.querySelector(".draft-here") ?? this.offer(), ALIVE);
  }

  async back() {
    await super.back();
    this.offer();
  }

  // A form that is sent into nothing leaves the browser's error page in the place of the text.
  async submits(event) {
    if (event.defaultPrevented || this.asking) return event.preventDefault();
    if (this.arrived || (navigator.onLine && !this.isCut)) {
      this.hold();
      this.saved = this.text();
      return;
    }
    event.preventDefault();
    // Asked all the same: without a network there still is a server on this very machine.
    this.asking = true;
    await this.post().then(
      (answer) => this.took(answer),
      () => null,
    );
    this.asking = false;
    if (this.isCut) return this.trouble(UNSAVED);
    this.arrived = true;
    this.form.requestSubmit(event.submitter);
    this.arrived = false;
  }

  // The page that one goes back to says at its top that there is a draft, which it has by then.
  async cancel(event, link) {
    if (!isPlainClick(event) || !(this.changed || this.since)) return;
    event.preventDefault();
    await Promise.race([this.save(), patience()]);
    location.assign(link.pathname);
  }

  // The draft on the server is discarded, and with it what was on its way there.
  drop() {
    this.stop();
    for (const [key, { draft }] of this.left()) if (draft === this.draft) browserStore.remove(key);
    this.unstore();
  }

  // -- what the server does not hold ------------------------------------------------------------

  get hasBeside() {
    if (!this.isWhole) return false;
    const [before, now] = [JSON.parse(this.first || "{}"), this.fields()];
    const names = [...Object.keys(before), ...Object.keys(now)];
    return names.some((name) => BESIDE.test(name) && before[name] !== now[name]);
  }

  fine() {
    if (this.hasBeside && !this.changed) this.store({ sent: true });
    else super.fine();
  }

  savedWords(time) {
    return `Draft saved ${time}${this.hasBeside ? `; what is no text is ${HERE}` : ""}`;
  }

  // -- others -----------------------------------------------------------------------------------

  took(answer) {
    super.took(answer);
    this.heard = answer.saved_at;
    const { others, version, changed_by: by, trashed } = answer;
    const messages = [];
    if (others.length) {
      const names = new Intl.ListFormat("en", { type: "conjunction" }).format(others);
      messages.push(`${names} ${others.length === 1 ? "is" : "are"} editing this page too.`);
    }
    const opened = Number(this.form.elements.version?.value || 0);
    if (trashed) messages.push("This page was moved to the trash in the meantime.");
    else if (opened && version > opened) {
      const where = by === "You" ? " elsewhere" : "";
      messages.push(
        `${by} saved a newer version of this page${where}: your text will be merged when you save.`,
      );
    }
    if (this.others.textContent !== messages.join(" "))
      this.others.textContent = messages.join(" ");
  }

  // -- text that only this browser has ----------------------------------------------------------

  offer() {
    for (const banner of document.querySelectorAll(".draft-here")) banner.remove();
    for (const [key, entry] of this.left()) {
      if (!this.hasArrived(entry)) this.form.before(this.banner(key, entry));
    }
  }

  // Did what was sent arrive, or an earlier text of that window? This is known as soon as that draft
  // is shown. The page of a new page lists the drafts of others.
  hasArrived(entry) {
    if (!entry.sent || !this.draft) return false;
    if (entry.place === (this.facts.place ?? "")) {
      return this.undecided && entry.draft === this.draft && entry.since !== this.heard;
    }
    const listed = document.querySelector(`.drafts [name="place"][value="${entry.place}"]`);
    const saved = listed?.form.elements.kept.value;
    // One that was there before, and is not any more, was saved or discarded since.
    return saved === undefined ? Boolean(entry.since) : saved !== entry.since;
  }

  banner(key, entry) {
    const when = new Date(entry.at).toLocaleString("en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
    });
    const words = `This browser has unsaved text of yours for this page, from ${when}.`;
    const decide = (act) => () => {
      if (act()) return;
      banner.remove();
      this.form.querySelector(".editor textarea")?.focus();
    };
    const buttons = [
      button(
        "Continue with it",
        decide(() => this.resumes(key, entry)),
        "button",
      ),
      button(
        "Discard it",
        decide(() => browserStore.remove(key)),
        "button",
      ),
    ];
    const banner = element(
      "div",
      { className: "notice draft-here" },
      element(
        "div",
        {},
        element("p", {}, words),
        element(
          "p",
          { className: "draft-words" },
          excerpt(entry.fields, this.form.elements.notes.defaultValue),
        ),
        element("p", { className: "notice-buttons" }, ...buttons),
      ),
    );
    return banner;
  }

  // Goes on with it here, or returns true where another form is needed for it.
  resumes(key, entry) {
    const { section = "", place = "", page } = this.facts;
    if (entry.section !== section || entry.place !== place) {
      // A new page has a place, where it is not one from before they had.
      const query = page ? { section: entry.section } : { draft: entry.place || 1 };
      location.assign(`${new URL(this.form.action).pathname}?${new URLSearchParams(query)}`);
      return true;
    }
    // It stays in the browser until this form has all of it.
    if (this.fill(entry.fields)) browserStore.remove(key);
    return false;
  }

  // Puts fields into the form, the notes in a way that can be undone. Returns whether all found a
  // place, and are in the browser again.
  fill(fields) {
    const { form } = this;
    this.addRows(fields);
    let placed = true;
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      const editor = field && editorOf(field);
      if (editor) editor.edit({ start: 0, end: editor.value.length, text: value, select: [0, 0] });
      else if (!field) placed = false;
      else if (field.type !== "checkbox") field.value = value;
    }
    for (const field of form.elements) {
      if (field.type === "checkbox" && field.name) field.checked = field.name in fields;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    return placed && (this.isStored || !this.changed);
  }

  // The rows that were added in the admin's form, once more.
  addRows(fields) {
    for (const prefix of ["items", "questions"]) {
      const name = `${prefix}-TOTAL_FORMS`;
      const add = this.form.querySelector(`#${prefix}-group .add-row a`);
      let missing = Number(fields[name] ?? 0) - Number(this.form.elements[name]?.value ?? 0);
      for (; add && missing > 0; missing -= 1) add.click();
    }
  }
}

export const startPageDraft = () => {
  const status = document.getElementById("kb-editing");
  const form = status?.closest("form");
  if (!form) return;
  // The admin's form says there what ours says itself.
  Object.assign(form.dataset, status.dataset);
  if (form.dataset.draftUrl) new PageDraft(form, status);
};
