// The text field of the Markdown editor, shared by all its parts (see `start.js`). They change the
// text only with `editor.edit`, so that the browser can undo every change.

import { request } from "../lib/request.js";

const editors = new WeakMap();
const MIN_HTML_LINES = 20; // lines
const escapeHTML = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// Replace the selection. Only the deprecated `execCommand` makes changes that browsers can undo.
// Chromium inserts plain text line by line with a layout for each, so long texts are inserted as
// HTML, of which a text area takes the characters.
const replaceSelection = (area, text, wanted) => {
  const before = area.value;
  const command = (name, value) => document.execCommand(name, false, value);
  if (!text) command("delete");
  else if (text.split("\n", MIN_HTML_LINES).length < MIN_HTML_LINES) command("insertText", text);
  else {
    const isAccepted = command("insertHTML", `<pre>\n${escapeHTML(text)}\n</pre>`);
    if (area.value === wanted) return;
    if (isAccepted && area.value !== before) command("undo");
    if (area.value === before) command("insertText", text);
  }
  if (area.value === wanted) return;
  area.value = wanted;
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

export class Editor {
  constructor(root) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.form = this.area.form;
    this.status = root.querySelector(".editor-status");
    this.error = root.querySelector(".editor-error");
    editors.set(this.area, this);
  }

  get value() {
    return this.area.value;
  }

  get selection() {
    return [this.area.selectionStart, this.area.selectionEnd];
  }

  // Replace the text between two offsets, then select the range `select`. Without it, selection and
  // focus stay as they are.
  edit({ start, end, text, select }) {
    const { area } = this;
    const [from, to] = this.selection;
    const { scrollTop } = area;
    const before = document.activeElement;
    const wanted = area.value.slice(0, start) + text + area.value.slice(end);
    if (wanted !== area.value) {
      area.focus({ preventScroll: true });
      area.setSelectionRange(start, end);
      replaceSelection(area, text, wanted);
    }
    if (select) {
      area.focus({ preventScroll: true });
      area.setSelectionRange(...select);
      return;
    }
    const growth = text.length - (end - start);
    const shift = (at) => (at <= start ? at : at >= end ? at + growth : start + text.length);
    area.setSelectionRange(shift(from), shift(to));
    area.scrollTop = scrollTop;
    if (before !== area) (before?.focus ? before : area).focus({ preventScroll: true });
  }

  // Post fields and return HTML from the server; throw a RequestError.
  post(url, fields, signal) {
    const { page } = this.root.dataset;
    return request(url, { fields: page ? { ...fields, page } : fields, html: true, signal });
  }

  showStatus(message) {
    this.status.textContent = message;
  }

  showError(message) {
    this.error.textContent = message;
    this.error.hidden = !message;
  }
}

export const editorFor = (area) => editors.get(area);
