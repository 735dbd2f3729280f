// Upload files that are dropped, pasted or chosen in the editor, and insert their Markdown.

import { getFiles, Rows } from "../uploads/rows.js";

const CONTEXT_LENGTH = 40; // characters around a place by which it is found again
const WAITING = "Saved as soon as the upload is done.";
const NOT_UPLOADED = "Not saved: a file could not be uploaded. Try it again, or save without it.";

// Return the range of a mark in a text; with `alone`, include the line break added for it.
const findSpan = (text, mark, alone) => {
  let start = text.indexOf(mark.text);
  if (start < 0) return null;
  let end = start + mark.text.length;
  if (alone && mark.onNewLine && text[start - 1] === "\n") start -= 1;
  else if (alone && mark.followed && text[end] === "\n") end += 1;
  return [start, end];
};

class Files {
  constructor(editor) {
    const { area, root, form } = editor;
    this.editor = editor;
    this.marks = new Map();
    // The marks of all uploads, since undo can restore marks of finished ones.
    this.allMarks = new Map();
    this.places = new WeakMap();
    this.rows = new Rows(root.querySelector(".editor-uploads"), {
      page: root.dataset.page,
      urls: root.dataset,
      focus: area,
      onStart: (upload) => this.insertMark(upload),
      onDone: (upload, { markdown }) => this.replaceMark(upload, markdown),
      onEnd: (upload) => this.handleEnd(upload),
    });
    area.addEventListener("dragover", (event) => this.allowDrop(event));
    area.addEventListener("dragleave", () => area.classList.remove("editor-drop"));
    area.addEventListener("drop", (event) => this.receive(event, event.dataTransfer));
    area.addEventListener("paste", (event) => this.receive(event, event.clipboardData));
    form?.addEventListener("submit", (event) => this.holdSubmit(event));
    // Remove marks whenever the form's data is read, for drafts as well as for saving.
    form?.addEventListener("formdata", ({ formData }) => this.removeMarks(formData));
    const chooser = root.querySelector(".editor-files");
    chooser?.addEventListener("change", () => {
      this.upload([...chooser.files]);
      chooser.value = "";
      area.focus();
    });
  }

  allowDrop(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.editor.area.classList.add("editor-drop");
  }

  receive(event, transfer) {
    this.editor.area.classList.remove("editor-drop");
    if (!transfer?.files.length) return;
    // Spreadsheets and browsers add an image to copied text: paste the text.
    if (event.type === "paste" && transfer.types.includes("text/plain")) return;
    event.preventDefault();
    this.upload(getFiles(transfer));
  }

  upload(files) {
    this.editor.showError("");
    this.rows.upload(files);
  }

  // Mark the place of an upload in the text: the caret or, for a new attempt, the former place.
  insertMark(upload) {
    const { editor } = this;
    const [start, end] = this.findPlace(upload) ?? editor.selection;
    const name = upload.name.replace(/[[\]\\]/g, "");
    const prefix = upload.file.type.startsWith("image/") ? "!" : "";
    let text = `${prefix}[Uploading ${name}…]()`;
    for (let n = 2; editor.value.includes(text); n += 1)
      text = `${prefix}[Uploading ${name}… (${n})]()`;
    const onNewLine = Boolean(start) && editor.value[start - 1] === ")";
    // If several files are inserted, each is on its own line.
    if (onNewLine && this.last && editor.value.slice(0, start).endsWith(this.last.text))
      this.last.followed = true;
    this.last = { text, onNewLine, followed: false };
    this.marks.set(upload, this.last);
    this.allMarks.set(text, this.last);
    const wanted = (onNewLine ? "\n" : "") + text;
    const to = start + wanted.length;
    editor.edit({ start, end, text: wanted, select: this.places.has(upload) ? null : [to, to] });
  }

  findPlace(upload) {
    const place = this.places.get(upload);
    const position = place ? this.editor.value.indexOf(place.before + place.after) : -1;
    if (position < 0) return null;
    const at = position + place.before.length;
    return [at, at];
  }

  // Replace the mark of an upload by the Markdown of its file, or by nothing.
  replaceMark(upload, text) {
    const { editor } = this;
    const mark = this.marks.get(upload);
    this.marks.delete(upload);
    const span = mark && findSpan(editor.value, mark, !text);
    // If the author deleted the mark, do not insert the file.
    if (!span) return;
    const [start, end] = span;
    const before = editor.value.slice(Math.max(0, start - CONTEXT_LENGTH), start);
    this.places.set(upload, { before, after: editor.value.slice(end, end + CONTEXT_LENGTH) });
    editor.edit({ start, end, text });
  }

  removeMarks(formData) {
    const { name, value } = this.editor.area;
    let text = value;
    for (const mark of this.allMarks.values()) {
      for (let span = findSpan(text, mark, true); span; span = findSpan(text, mark, true)) {
        text = text.slice(0, span[0]) + text.slice(span[1]);
      }
    }
    if (text !== value && formData.has(name)) formData.set(name, text);
  }

  holdSubmit(event) {
    if (!this.rows.active) return;
    event.preventDefault();
    // Otherwise the draft would treat the form as sent.
    event.stopImmediatePropagation();
    this.held = { submitter: event.submitter };
    this.editor.showError("");
    this.editor.showStatus(WAITING);
  }

  // Send the form when all uploads have finished, unless one of them failed.
  handleEnd(upload) {
    this.replaceMark(upload, "");
    const { held, editor } = this;
    if (!held) return;
    held.hasFailed ||= upload.state === "refused";
    if (this.rows.active) return;
    this.held = null;
    editor.showStatus("");
    if (held.hasFailed) editor.showError(NOT_UPLOADED);
    // Wait until the upload no longer counts as running: else the browser asks before leaving.
    else setTimeout(() => editor.form.requestSubmit(held.submitter));
  }
}

export const startFiles = (editor) => new Files(editor);
