// A row for each file that is being uploaded: its name, how far it is, and what one can do.

import { button, element } from "../lib/dom.js";
import { start, Upload } from "./upload.js";

const PAUSE = 400; // milliseconds in which sentences are gathered before they are said

const UNITS = ["bytes", "KB", "MB", "GB"];
const sized = (bytes) => {
  let [size, unit] = [bytes, 0];
  while (size >= 1024 && unit < UNITS.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${unit ? size.toFixed(1) : size} ${UNITS[unit]}`;
};

// The files of what was dropped or pasted; a folder is none.
export const filesOf = (transfer) => {
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === "file");
  const folder = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory);
  return [...(transfer?.files ?? [])].filter((_, at) => !folder[at]);
};

class Row {
  constructor(rows, upload) {
    Object.assign(this, { rows, upload, said: "" });
    this.bar = element("progress", { max: 1, value: 0, ariaLabel: `Uploading ${upload.name}` });
    this.words = element("span", { className: "upload-words" });
    this.ways = element("span", { className: "upload-ways" });
    const named = { className: "upload-name", dir: "auto", title: upload.name };
    const name = element("span", named, upload.name);
    const size = element("span", { className: "upload-size" }, sized(upload.file.size));
    this.item = element(
      "li",
      { className: "upload", tabIndex: -1 },
      element("span", { className: "upload-head" }, name, size),
      element("span", { className: "upload-tail" }, this.words, this.ways),
      this.bar,
    );
  }

  button(words, act) {
    const made = button(words, act, "upload-button");
    made.ariaLabel = `${words}: ${this.upload.name}`;
    return made;
  }

  show() {
    const { upload, item } = this;
    const { state, part } = upload;
    const refused = state === "refused";
    this.bar.hidden = refused;
    this.bar.value = state === "checking" ? 1 : part;
    const words = { waiting: "Waiting…", checking: "Checking…", refused: upload.error };
    this.words.textContent = words[state] ?? `${Math.floor(part * 100)}%`;
    if (item.dataset.state === state) return;
    item.dataset.state = state;
    this.choose(this.choices(state));
  }

  // The buttons of a state; null for those that are there.
  choices(state) {
    if (this.upload.canCancel) {
      if (this.canCancel) return null;
      this.canCancel = true;
      return [this.button("Cancel", () => this.rows.cancel(this))];
    }
    this.canCancel = false;
    if (state !== "refused") return [];
    const dismiss = this.button("Dismiss", () => this.rows.dismiss(this));
    if (!this.upload.again) return [dismiss];
    return [this.button("Try again", () => this.rows.again(this)), dismiss];
  }

  // Who was at a button that goes stays at the row.
  choose(buttons) {
    if (!buttons) return;
    const had = this.ways.contains(document.activeElement);
    this.ways.replaceChildren(...buttons);
    if (had) (buttons[0] ?? this.item).focus();
  }
}

export class Rows {
  // `host` is where the list goes. Options: the `page` and `urls`; `focus` is where the focus goes
  // when the last row is gone; `begun`, `done`, `ended` hear of uploads, the last of every end.
  constructor(host, options) {
    Object.assign(this, { verb: "uploaded", ...options });
    this.rows = new Set();
    this.sentences = [];
    this.list = element("ul", { className: "uploads", ariaLabel: "Uploads", hidden: true });
    this.status = element("span", { className: "visually-hidden", role: "status" });
    host.append(this.list, this.status);
  }

  get active() {
    return [...this.rows].filter((row) => !row.upload.isOver).length;
  }

  take(files) {
    if (!files.length) return;
    const uploads = files.map((file) => {
      const upload = new Upload(file, this.page, this.urls, () => this.changed(upload));
      upload.row = new Row(this, upload);
      this.rows.add(upload.row);
      this.list.append(upload.row.item);
      // All places first, then all uploads: they are in the order in which they were chosen.
      this.begun?.(upload);
      return upload;
    });
    this.list.hidden = false;
    this.say(
      files.length === 1 ? `Uploading ${uploads[0].name}.` : `Uploading ${files.length} files.`,
    );
    uploads.forEach(start);
  }

  changed(upload) {
    const { row, state } = upload;
    row.show();
    if (!upload.isOver) return;
    if (state === "done") {
      this.done?.(upload, upload.result);
      this.say(`${upload.name} is ${this.verb}.`);
    }
    if (state === "refused") this.say(`${upload.name}: ${upload.error}`);
    else this.remove(row);
    this.ended?.(upload);
  }

  cancel(row) {
    if (!row.upload.canCancel) return;
    row.upload.cancel();
    this.say(`${row.upload.name} is not uploaded.`);
  }

  again(row) {
    this.begun?.(row.upload);
    this.say(`Uploading ${row.upload.name}.`);
    start(row.upload);
  }

  dismiss(row) {
    row.upload.abandon();
    this.remove(row);
  }

  remove(row) {
    const had = row.item.contains(document.activeElement);
    const near = row.item.nextElementSibling ?? row.item.previousElementSibling;
    this.rows.delete(row);
    row.item.remove();
    this.list.hidden = !this.rows.size;
    if (had) (near?.querySelector("button") ?? near ?? this.focus).focus();
  }

  // Said together, so that the last of several does not cut off the others.
  say(sentence) {
    this.sentences.push(sentence);
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      this.status.textContent = this.sentences.splice(0).join(" ");
    }, PAUSE);
  }
}
