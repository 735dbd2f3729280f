// Files that are dropped, pasted or chosen in the editor: uploaded, and then shown by the text.
(() => {
  "use strict";

  const { Rows, filesOf } = window.kbUploads;
  const AROUND = 40; // characters by which a place is known again

  class Files {
    constructor(editor) {
      const { area, root, form } = editor;
      this.editor = editor;
      this.marks = new Map();
      this.places = new WeakMap();
      this.rows = new Rows(root.querySelector(".editor-uploads"), {
        page: root.dataset.page,
        urls: root.dataset,
        focus: area,
        begun: (upload) => this.mark(upload),
        done: (upload, { markdown }) => this.put(upload, markdown),
        ended: (upload) => this.put(upload, ""),
      });
      area.addEventListener("dragover", (event) => this.over(event));
      area.addEventListener("dragleave", () => area.classList.remove("editor-drop"));
      area.addEventListener("drop", (event) => this.receive(event, event.dataTransfer));
      area.addEventListener("paste", (event) => this.receive(event, event.clipboardData));
      form?.addEventListener("submit", (event) => this.hold(event));
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

    // Where it will stand in the text: at the caret, or where it stood before it was refused.
    mark(upload) {
      const { editor } = this;
      const [start, end] = this.place(upload) ?? editor.selection;
      const name = upload.name.replace(/[[\]\\]/g, "");
      const shown = upload.file.type.startsWith("image/") ? "!" : "";
      let text = `${shown}[Uploading ${name}…]()`;
      for (let n = 2; editor.value.includes(text); n += 1) text = `${shown}[Uploading ${name}… (${n})]()`;
      const apart = Boolean(start) && editor.value[start - 1] === ")";
      // Of several, each has a line.
      if (apart && this.last && editor.value.slice(0, start).endsWith(this.last.text)) this.last.followed = true;
      this.last = { text, apart, followed: false };
      this.marks.set(upload, this.last);
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
      // Where its author took the mark out, the file is not wanted in the text either.
      let start = mark ? editor.value.indexOf(mark.text) : -1;
      if (start < 0) return;
      let end = start + mark.text.length;
      // Without it, its line is not needed.
      if (!text && mark.apart && editor.value[start - 1] === "\n") start -= 1;
      else if (!text && mark.followed && editor.value[end] === "\n") end += 1;
      const before = editor.value.slice(Math.max(0, start - AROUND), start);
      this.places.set(upload, { before, after: editor.value.slice(end, end + AROUND) });
      editor.edit({ start, end, text });
    }

    hold(event) {
      if (!this.rows.active) return;
      event.preventDefault();
      // Nobody else is to believe that this was saved.
      event.stopImmediatePropagation();
      this.editor.showError("A file is still being uploaded. Save again in a moment.");
      this.editor.area.focus();
    }
  }

  window.kbEditor.each((editor) => new Files(editor));
})();
