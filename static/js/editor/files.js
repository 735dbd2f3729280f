// Files that are dropped, pasted or chosen in the editor: uploaded, and then shown by the text.

import { filesOf, Rows } from "../uploads/rows.js";

const AROUND = 40; // characters by which a place is known again
const WAITS = "Saved as soon as the upload is done.";
const MISSED = "Not saved: a file did not arrive. Try it again, or save without it.";

// Where a mark is in a text, and its line with it where that is not needed without it.
const spanOf = (text, mark, alone) => {
  let start = text.indexOf(mark.text);
  if (start < 0) return null;
  let end = start + mark.text.length;
  if (alone && mark.apart && text[start - 1] === "\n") start -= 1;
  else if (alone && mark.followed && text[end] === "\n") end += 1;
  return [start, end];
};

class Files {
  constructor(editor) {
    const { area, root, form } = editor;
    this.editor = editor;
    this.marks = new Map();
    // Of all uploads: undoing brings back the marks of those that are over.
    this.known = new Map();
    this.places = new WeakMap();
    this.rows = new Rows(root.querySelector(".editor-uploads"), {
      page: root.dataset.page,
      urls: root.dataset,
      focus: area,
      begun: (upload) => this.mark(upload),
      done: (upload, { markdown }) => this.put(upload, markdown),
      ended: (upload) => this.end(upload),
    });
    area.addEventListener("dragover", (event) => this.over(event));
    area.addEventListener("dragleave", () => area.classList.remove("editor-drop"));
    area.addEventListener("drop", (event) => this.receive(event, event.dataTransfer));
    area.addEventListener("paste", (event) => this.receive(event, event.clipboardData));
    form?.addEventListener("submit", (event) => this.hold(event));
    // Of whatever is made of the form: a draft, what the browser keeps, what is saved.
    form?.addEventListener("formdata", ({ formData }) => this.clean(formData));
    const chooser = root.querySelector(".editor-files");
    chooser?.addEventListener("change", () => {
      this.take([...chooser.files]);
      chooser.value = "";
      area.focus();
    });
  }

  over(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.editor.area.classList.add("editor-drop");
  }

  receive(event, transfer) {
    this.editor.area.classList.remove("editor-drop");
    if (!transfer?.files.length) return;
    // Spreadsheets and browsers put a picture of a text beside it: the text is what was meant.
    if (event.type === "paste" && transfer.types.includes("text/plain")) return;
    event.preventDefault();
    this.take(filesOf(transfer));
  }

  take(files) {
    this.editor.showError("");
    this.rows.take(files);
  }

  // Where it will be in the text: at the caret, or where it was before it was refused.
  mark(upload) {
    const { editor } = this;
    const [start, end] = this.place(upload) ?? editor.selection;
    const name = upload.name.replace(/[[\]\\]/g, "");
    const shown = upload.file.type.startsWith("image/") ? "!" : "";
    let text = `${shown}[Uploading ${name}…]()`;
    for (let n = 2; editor.value.includes(text); n += 1)
      text = `${shown}[Uploading ${name}… (${n})]()`;
    const apart = Boolean(start) && editor.value[start - 1] === ")";
    // Of several, each has a line.
    if (apart && this.last && editor.value.slice(0, start).endsWith(this.last.text))
      this.last.followed = true;
    this.last = { text, apart, followed: false };
    this.marks.set(upload, this.last);
    this.known.set(text, this.last);
    const wanted = (apart ? "\n" : "") + text;
    const to = start + wanted.length;
    editor.edit({ start, end, text: wanted, select: this.places.has(upload) ? null : [to, to] });
  }

  place(upload) {
    const place = this.places.get(upload);
    const known = place ? this.editor.value.indexOf(place.before + place.after) : -1;
    if (known < 0) return null;
    const at = known + place.before.length;
    return [at, at];
  }

  // Put what shows a file, or nothing, in the place of its mark.
  put(upload, text) {
    const { editor } = this;
    const mark = this.marks.get(upload);
    this.marks.delete(upload);
    const span = mark && spanOf(editor.value, mark, !text);
    // Where its author took the mark out, the file is not wanted in the text either.
    if (!span) return;
    const [start, end] = span;
    const before = editor.value.slice(Math.max(0, start - AROUND), start);
    this.places.set(upload, { before, after: editor.value.slice(end, end + AROUND) });
    editor.edit({ start, end, text });
  }

  clean(formData) {
    const { name, value } = this.editor.area;
    let text = value;
    for (const mark of this.known.values()) {
      for (let span = spanOf(text, mark, true); span; span = spanOf(text, mark, true)) {
        text = text.slice(0, span[0]) + text.slice(span[1]);
      }
    }
    if (text !== value && formData.has(name)) formData.set(name, text);
  }

  hold(event) {
    if (!this.rows.active) return;
    event.preventDefault();
    // No other listener is to take this for saved.
    event.stopImmediatePropagation();
    this.held = { submitter: event.submitter };
    this.editor.showError("");
    this.editor.tell(WAITS);
  }

  // Saving goes on once nothing is on its way any more, unless a file was refused in between.
  end(upload) {
    this.put(upload, "");
    const { held, editor } = this;
    if (!held) return;
    held.missed ||= upload.state === "refused";
    if (this.rows.active) return;
    this.held = null;
    editor.tell("");
    if (held.missed) editor.showError(MISSED);
    // A moment later: until then the upload counts as running, and leaving would be asked about.
    else setTimeout(() => editor.form.requestSubmit(held.submitter));
  }
}

export const startFiles = (editor) => new Files(editor);
