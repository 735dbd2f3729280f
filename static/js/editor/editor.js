// The Markdown editor's field, which all its parts work on (see `start.js`). The text is changed
// only by `editor.edit`, so that the browser can always undo it.

import { request } from "../lib/request.js";

const editors = new WeakMap();
const MANY = 20; // lines
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// Put a text in the place of what is selected, in the only way that browsers can undo: commands
// that are out of date. Chromium takes many lines in one by one, each as a change of its own and
// laid out again, unless they come as HTML, of which a text area keeps the characters.
const insert = (area, text, wanted) => {
  const before = area.value;
  const command = (name, value) => document.execCommand(name, false, value);
  if (!text) command("delete");
  else if (text.split("\n", MANY).length < MANY) command("insertText", text);
  else {
    const taken = command("insertHTML", `<pre>\n${escaped(text)}\n</pre>`);
    if (area.value === wanted) return;
    if (taken && area.value !== before) command("undo");
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

  // Put a text in the place of what is between two offsets. `select` is what is selected then;
  // without it, what was selected stays so, and who is in another field stays there.
  edit({ start, end, text, select }) {
    const { area } = this;
    const [from, to] = this.selection;
    const { scrollTop } = area;
    const before = document.activeElement;
    const wanted = area.value.slice(0, start) + text + area.value.slice(end);
    if (wanted !== area.value) {
      area.focus({ preventScroll: true });
      area.setSelectionRange(start, end);
      insert(area, text, wanted);
    }
    if (select) {
      area.focus({ preventScroll: true });
      area.setSelectionRange(...select);
      return;
    }
    const more = text.length - (end - start);
    const moved = (at) => (at <= start ? at : at >= end ? at + more : start + text.length);
    area.setSelectionRange(moved(from), moved(to));
    area.scrollTop = scrollTop;
    if (before !== area) (before?.focus ? before : area).focus({ preventScroll: true });
  }

  // Asks the server for HTML; throws a Refused.
  post(url, fields, signal) {
    const { page } = this.root.dataset;
    return request(url, { fields: page ? { ...fields, page } : fields, html: true, signal });
  }

  tell(message) {
    this.status.textContent = message;
  }

  showError(message) {
    this.error.textContent = message;
    this.error.hidden = !message;
  }
}

export const editorOf = (area) => editors.get(area);
