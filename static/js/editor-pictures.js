// Pictures that are dropped, pasted or chosen: uploaded, and then shown by the text.
(() => {
  "use strict";

  class Pictures {
    constructor(editor) {
      this.editor = editor;
      this.uploads = 0;
      const { area, root, form } = editor;
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
      const files = [...(transfer?.files ?? [])];
      // Spreadsheets and browsers put a picture of a text beside it: the text is what was meant.
      if (!files.length || (event.type === "paste" && transfer.types.includes("text/plain"))) return;
      event.preventDefault();
      this.take(files);
    }

    take(files) {
      this.editor.showError("");
      // All places first, then all uploads: they stand in the order in which they were chosen.
      const marked = files.map((file) => [file, this.mark(file)]);
      for (const [file, mark] of marked) this.upload(file, mark);
    }

    mark(file) {
      const name = this.name(file);
      let mark = `![Uploading ${name}…]()`;
      for (let n = 2; this.editor.value.includes(mark); n += 1) mark = `![Uploading ${name}… (${n})]()`;
      const [start, end] = this.editor.selection;
      const apart = start && this.editor.value[start - 1] === ")" ? "\n" : "";
      const to = start + apart.length + mark.length;
      this.editor.edit({ start, end, text: apart + mark, select: [to, to] });
      return mark;
    }

    name(file) {
      return (file.name || "picture").replace(/[[\]\\]/g, "");
    }

    async upload(file, mark) {
      const { editor } = this;
      this.uploads += 1;
      let text = "";
      try {
        const response = await editor.post(editor.root.dataset.uploadUrl, { image: file });
        text = (await response.json()).markdown;
      } catch (error) {
        const why = error.message || "The upload did not get through.";
        const told = editor.error.textContent;
        editor.showError(`${told && `${told} `}${this.name(file)}: ${why}`);
      }
      this.uploads -= 1;
      // Where its author took the mark out, the picture is not wanted either.
      const start = editor.value.indexOf(mark);
      if (start >= 0) editor.edit({ start, end: start + mark.length, text });
    }

    hold(event) {
      if (!this.uploads) return;
      event.preventDefault();
      // Nobody else is to believe that this was saved.
      event.stopImmediatePropagation();
      this.editor.showError("A picture is still being uploaded. Save again in a moment.");
      this.editor.area.focus();
    }
  }

  window.kbEditor.each((editor) => new Pictures(editor));
})();
