// The draft of a page, in the editor, in the form for a new page and in the admin. Shows who else
// edits the page, and offers text that is only stored in this browser.

import { editorFor } from "../editor/editor.js";
import { button, element, isPlainClick } from "../lib/dom.js";
import { browserStore } from "../lib/store.js";
import { Draft, IN_BROWSER, WINDOW_TIMEOUT, waitBriefly } from "./draft.js";

const FIELDS = new Set("notes title abbreviation category aliases tags rewrite version".split(" "));
// Fields of the admin's form that drafts on the server do not store.
const BROWSER_ONLY = /^(slug|about|aws_id|position|questions-\d+-dismissed)$/;
const UNSAVED = `Not connected: your text is ${IN_BROWSER}. Save again when you are back.`;
const EXCERPT = 80; // characters

const shorten = (line) => (line.length > EXCERPT ? `${line.slice(0, EXCERPT).trimEnd()}…` : line);

// Return a line that only this text has, to distinguish several drafts, as the server does.
const findExcerpt = ({ notes = "", title = "" }, shown) => {
  const added = (text, other) => {
    const otherLines = new Set(other.split("\n"));
    const line = text.split("\n").find((words) => words.trim() && !otherLines.has(words));
    return shorten(line?.trim() ?? "");
  };
  const removed = added(shown, notes);
  return added(notes, shown) || (removed ? `without: ${removed}` : shorten(title));
};

class PageDraft extends Draft {
  session = true;

  constructor(form, status) {
    const { person, page, wholeForm } = form.dataset;
    // The admin sends all fields, since the server writes its rows of items and questions into the
    // notes. The site's editor has no such rows.
    const isWhole = wholeForm !== undefined;
    super(form, `kb.${isWhole ? "admin-draft" : "draft"}.${person}.${page || "new"}.`);
    this.isWhole = isWhole;
    this.includesField = (name) =>
      isWhole ? name !== "csrfmiddlewaretoken" && name !== "kept" : FIELDS.has(name);
    const notice = document.querySelector("[data-draft-notice]");
    this.undecided = Boolean(notice);
    this.others = element("span", { className: "editing-others" });
    this.status = element("span", { className: "editing-draft" });
    status.append(this.others, " ", this.status, " ");
    this.setInitialText("unsaved" in form.dataset);
    form.addEventListener("submit", (event) => this.handleSubmit(event));
    for (const link of form.querySelectorAll("[data-leaves]")) {
      link.addEventListener("click", (event) => this.saveAndLeave(event, link));
    }
    for (const other of document.querySelectorAll("form[data-discards-draft]")) {
      other.addEventListener("submit", () => this.dropDraft());
    }
    this.start();
  }

  async start() {
    await this.sendHeartbeat();
    this.scheduleSave();
    this.showBanners();
    // Look again later: only then does a window that has just crashed count as closed.
    setTimeout(() => document.querySelector(".draft-here") ?? this.showBanners(), WINDOW_TIMEOUT);
  }

  async reopen() {
    await super.reopen();
    this.showBanners();
  }

  // Check the connection first: otherwise the browser's error page would replace the text.
  async handleSubmit(event) {
    if (event.defaultPrevented || this.isChecking) return event.preventDefault();
    if (this.isReachable || (navigator.onLine && !this.isOffline)) {
      this.prepareSubmit();
      this.saved = this.text();
      return;
    }
    event.preventDefault();
    // Send a request even when offline: the server may run on this machine.
    this.isChecking = true;
    await this.refresh();
    this.isChecking = false;
    if (this.isOffline) return this.reportFailure(UNSAVED);
    this.isReachable = true;
    this.form.requestSubmit(event.submitter);
    this.isReachable = false;
  }

  // Save the draft before leaving, so that the next page can show a notice about it.
  async saveAndLeave(event, link) {
    if (!isPlainClick(event) || !(this.changed || this.since)) return;
    event.preventDefault();
    await Promise.race([this.save(), waitBriefly()]);
    location.assign(link.pathname);
  }

  // Delete the entries of a draft that is discarded on the server.
  dropDraft() {
    this.stop();
    for (const [key, { draft }] of this.findAbandoned())
      if (draft === this.draft) browserStore.remove(key);
    this.removeEntry();
  }

  // -- fields that only the browser stores ---------------------------------------------------

  get hasBrowserOnlyChanges() {
    if (!this.isWhole) return false;
    const [before, now] = [JSON.parse(this.initial || "{}"), this.fields()];
    const names = [...Object.keys(before), ...Object.keys(now)];
    return names.some((name) => BROWSER_ONLY.test(name) && before[name] !== now[name]);
  }

  handleSaved() {
    if (this.hasBrowserOnlyChanges && !this.changed) this.storeEntry({ sent: true });
    else super.handleSaved();
  }

  savedMessage(time) {
    const others = this.hasBrowserOnlyChanges ? `; other fields are ${IN_BROWSER}` : "";
    return `Draft saved ${time}${others}`;
  }

  // -- other editors -------------------------------------------------------------------------

  applyResponse(answer) {
    super.applyResponse(answer);
    this.lastSavedAt = answer.saved_at;
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

  // -- text that only this browser stores ----------------------------------------------------

  showBanners() {
    for (const banner of document.querySelectorAll(".draft-here")) banner.remove();
    for (const [key, entry] of this.findAbandoned()) {
      if (!this.hasArrived(entry)) this.form.before(this.createBanner(key, entry));
    }
  }

  // Return whether the text of an entry, or an earlier text of its window, reached the server. This
  // can be seen from the draft of this form; the form for a new page also lists other drafts.
  hasArrived(entry) {
    if (!entry.sent || !this.draft) return false;
    if (entry.place === (this.facts.place ?? "")) {
      return this.undecided && entry.draft === this.draft && entry.since !== this.lastSavedAt;
    }
    const listed = document.querySelector(`.drafts [name="place"][value="${entry.place}"]`);
    const saved = listed?.form.elements.kept.value;
    // A draft that is no longer listed was saved or discarded.
    return saved === undefined ? Boolean(entry.since) : saved !== entry.since;
  }

  createBanner(key, entry) {
    const when = new Date(entry.at).toLocaleString("en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
    });
    const words = `This browser has unsaved text of yours for this page, from ${when}.`;
    const decide = (action) => () => {
      if (action()) return;
      banner.remove();
      this.form.querySelector(".editor textarea")?.focus();
    };
    const buttons = [
      button(
        "Continue with it",
        decide(() => this.continueWith(key, entry)),
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
          findExcerpt(entry.fields, this.form.elements.notes.defaultValue),
        ),
        element("p", { className: "notice-buttons" }, ...buttons),
      ),
    );
    return banner;
  }

  // Put the text of an entry into this form, or open the form that it belongs to and return true.
  continueWith(key, entry) {
    const { section = "", place = "", page } = this.facts;
    if (entry.section !== section || entry.place !== place) {
      // Old entries of new pages have no place.
      const query = page ? { section: entry.section } : { draft: entry.place || 1 };
      location.assign(`${new URL(this.form.action).pathname}?${new URLSearchParams(query)}`);
      return true;
    }
    // Delete the entry only after this form has stored all of its text.
    if (this.fillForm(entry.fields)) browserStore.remove(key);
    return false;
  }

  // Fill in the form; the change to the notes can be undone. Return whether all fields exist and
  // the new text is stored in the browser.
  fillForm(fields) {
    const { form } = this;
    this.addRows(fields);
    let allFound = true;
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      const editor = field && editorFor(field);
      if (editor) editor.edit({ start: 0, end: editor.value.length, text: value, select: [0, 0] });
      else if (!field) allFound = false;
      else if (field.type !== "checkbox") field.value = value;
    }
    for (const field of form.elements) {
      if (field.type === "checkbox" && field.name) field.checked = field.name in fields;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    return allFound && (this.isStored || !this.changed);
  }

  // Add the rows that the entry has and the admin's form lacks.
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
  // In the admin, the status element has the data attributes that the editor's form has.
  Object.assign(form.dataset, status.dataset);
  if (form.dataset.draftUrl) new PageDraft(form, status);
};
