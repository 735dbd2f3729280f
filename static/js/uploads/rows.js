// A row for each file that is being uploaded: its name, progress and buttons.

import { button, element } from "../lib/dom.js";
import { start, Upload } from "./upload.js";

const PAUSE = 400; // milliseconds in which sentences are collected before they are announced

const UNITS = ["bytes", "KB", "MB", "GB"];
const formatSize = (bytes) => {
  let [size, unit] = [bytes, 0];
  while (size >= 1024 && unit < UNITS.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${unit ? size.toFixed(1) : size} ${UNITS[unit]}`;
};

// Return the files that were dropped or pasted, without folders.
export const getFiles = (transfer) => {
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === "file");
  const folder = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory);
  return [...(transfer?.files ?? [])].filter((_, at) => !folder[at]);
};

class Row {
  constructor(rows, upload) {
    Object.assign(this, { rows, upload });
    this.bar = element("progress", { max: 1, value: 0, ariaLabel: `Uploading ${upload.name}` });
    this.words = element("span", { className: "upload-words" });
    this.buttons = element("span", { className: "upload-ways" });
    const properties = { className: "upload-name", dir: "auto", title: upload.name };
    const name = element("span", properties, upload.name);
    const size = element("span", { className: "upload-size" }, formatSize(upload.file.size));
    this.item = element(
      "li",
      { className: "upload", tabIndex: -1 },
      element("span", { className: "upload-head" }, name, size),
      element("span", { className: "upload-tail" }, this.words, this.buttons),
      this.bar,
    );
  }

  button(words, act) {
    const node = button(words, act, "upload-button");
    node.ariaLabel = `${words}: ${this.upload.name}`;
    return node;
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
    this.replaceButtons(this.buttonsFor(state));
  }

  // Return the buttons for a state, or null if they do not change.
  buttonsFor(state) {
    if (this.upload.canCancel) {
      if (this.canCancel) return null;
      this.canCancel = true;
      return [this.button("Cancel", () => this.rows.cancel(this))];
    }
    this.canCancel = false;
    if (state !== "refused") return [];
    const dismiss = this.button("Dismiss", () => this.rows.dismiss(this));
    if (!this.upload.canRetry) return [dismiss];
    return [this.button("Try again", () => this.rows.retry(this)), dismiss];
  }

  // Replace the buttons. If one of them had the focus, the focus stays in the row.
  replaceButtons(buttons) {
    if (!buttons) return;
    const hadFocus = this.buttons.contains(document.activeElement);
    this.buttons.replaceChildren(...buttons);
    if (hadFocus) (buttons[0] ?? this.item).focus();
  }
}

export class Rows {
  // Append the list to `host`. Options: `page` and `urls`; `focus` gets the focus when the last row
  // is removed; callbacks `onStart`, `onDone`, and `onEnd`, which is called after every upload.
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

  upload(files) {
    if (!files.length) return;
    const uploads = files.map((file) => {
      const upload = new Upload(file, this.page, this.urls, () => this.handleChange(upload));
      upload.row = new Row(this, upload);
      this.rows.add(upload.row);
      this.list.append(upload.row.item);
      // Report all files before the first upload starts, so that they stay in the chosen order.
      this.onStart?.(upload);
      return upload;
    });
    this.list.hidden = false;
    this.announce(
      files.length === 1 ? `Uploading ${uploads[0].name}.` : `Uploading ${files.length} files.`,
    );
    uploads.forEach(start);
  }

  handleChange(upload) {
    const { row, state } = upload;
    row.show();
    if (!upload.isOver) return;
    if (state === "done") {
      this.onDone?.(upload, upload.result);
      this.announce(`${upload.name} is ${this.verb}.`);
    }
    if (state === "refused") this.announce(`${upload.name}: ${upload.error}`);
    else this.remove(row);
    this.onEnd?.(upload);
  }

  cancel(row) {
    if (!row.upload.canCancel) return;
    row.upload.cancel();
    this.announce(`Cancelled the upload of ${row.upload.name}.`);
  }

  retry(row) {
    this.onStart?.(row.upload);
    this.announce(`Uploading ${row.upload.name}.`);
    start(row.upload);
  }

  dismiss(row) {
    row.upload.abandon();
    this.remove(row);
  }

  remove(row) {
    const hadFocus = row.item.contains(document.activeElement);
    const neighbour = row.item.nextElementSibling ?? row.item.previousElementSibling;
    this.rows.delete(row);
    row.item.remove();
    this.list.hidden = !this.rows.size;
    if (hadFocus) (neighbour?.querySelector("button") ?? neighbour ?? this.focus).focus();
  }

  // Announce sentences together, since a new one would interrupt the one before.
  announce(sentence) {
    this.sentences.push(sentence);
    clearTimeout(this.announceTimer);
    this.announceTimer = setTimeout(() => {
      this.status.textContent = this.sentences.splice(0).join(" ");
    }, PAUSE);
  }
}
