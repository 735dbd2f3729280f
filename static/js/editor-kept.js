// Text that the server has not got yet, kept in this browser for one person and one page.
//
// An entry is `{ fields, section, place, at, draft, after, sent }`: the form's fields, which
// section or which new page they are of, when they were kept, the number of the draft and when it was last written as far as was known then, and
// whether a last request was on its way with all of it.
(() => {
  "use strict";

  const A_DAY = 24 * 60 * 60 * 1000;

  // What a form sends only when it is used to send it, or not at all.
  const UNSENT = new Set(["submit", "button", "reset", "file", "fieldset"]);

  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };

  // The fields as they came: browsers may fill in what was typed before a page was loaded again.
  const defaults = (form, names) => {
    const fields = {};
    for (const field of form.elements) {
      const { name, type } = field;
      if (!name || !names.has(name) || field.disabled || UNSENT.has(type)) continue;
      if (type === "checkbox") {
        if (field.defaultChecked) fields[name] = field.value;
      } else if (type === "select-one") {
        const chosen =
          [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
        fields[name] = chosen?.value ?? "";
      } else fields[name] = field.defaultValue;
    }
    return fields;
  };

  class Kept {
    constructor(form) {
      const { person, page, wholeForm } = form.dataset;
      // The site's editor has no fields for the rows of the admin's.
      const where = wholeForm === undefined ? "draft" : "admin-draft";
      this.prefix = `kb.${where}.${person}.${page || "new"}.`;
      // Two windows keep two texts.
      this.own = this.prefix + Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
    }

    // Whether it could be kept: browsers may have no room, or forbid it.
    put(entry) {
      try {
        localStorage.setItem(this.own, JSON.stringify({ ...entry, at: Date.now() }));
        return true;
      } catch {
        return false;
      }
    }

    drop(key = this.own) {
      try {
        localStorage.removeItem(key);
      } catch {
        // Then there is nothing in it either.
      }
    }

    // What earlier windows left, as `[key, entry]`, the last first.
    others() {
      let keys = [];
      try {
        keys = Object.keys(localStorage);
      } catch {
        return [];
      }
      return keys
        .filter((key) => key.startsWith(this.prefix) && key !== this.own)
        .map((key) => [key, read(key)])
        .filter(([, entry]) => entry?.fields)
        .sort((one, other) => other[1].at - one[1].at);
    }

    // What of that is still to be offered, now that the server has said which draft it has.
    // `null` for a server that does not answer.
    offers(answer, undecided, shown) {
      return this.others().filter(([key, entry]) => {
        if (entry.section === shown.section && this.same(entry.fields, shown.fields)) {
          this.drop(key);
          return false;
        }
        if (!answer || !entry.sent) return true;
        if ((entry.place ?? "") !== (shown.place ?? "")) return this.waits(entry);
        // The draft that it was sent to was saved or discarded since.
        const ended = entry.draft !== answer.draft && Date.now() - entry.at < A_DAY;
        if (ended) this.drop(key);
        // It arrived, or an earlier text did: told apart as soon as that draft is shown.
        const waits = undecided && entry.draft === answer.draft && entry.after !== answer.saved_at;
        return !ended && !waits;
      });
    }

    // Did what was sent from another new page not arrive? The page lists the drafts of those.
    waits(entry) {
      const listed = document.querySelector(`.drafts [name="place"][value="${entry.place ?? ""}"]`);
      const saved = listed?.form.elements.kept.value;
      // One that was there before, and is not any more, was saved or discarded since.
      return saved === undefined ? !entry.after : saved === entry.after;
    }

    same(one, other) {
      const text = (fields) =>
        JSON.stringify(Object.entries(fields).filter(([name]) => name !== "version"));
      return text(one) === text(other);
    }
  }

  Object.assign(window.kbEditor, { Kept, defaults });
})();
