// The Markdown editor: live preview, and pictures that are dropped or pasted.
//
// It takes no key from the keyboard: Tab leaves the field as it does any other.
(() => {
  "use strict";

  const PAUSE = 250; // milliseconds after the last key
  const FAILED = "Preview could not be loaded. Your text is not affected.";

  class Editor {
    constructor(root) {
      this.root = root;
      this.area = root.querySelector("textarea");
      this.view = root.querySelector(".editor-preview");
      this.status = root.querySelector(".editor-status");
      this.error = root.querySelector(".editor-error");
      this.uploads = 0;
      this.asked = null;
      this.timer = 0;
      if (this.view) {
        this.area.addEventListener("input", () => this.later());
        this.load();
      }
      this.area.addEventListener("dragover", (event) => this.over(event));
      this.area.addEventListener("dragleave", () => this.area.classList.remove("editor-drop"));
      this.area.addEventListener("drop", (event) => this.receive(event, event.dataTransfer));
      this.area.addEventListener("paste", (event) => this.receive(event, event.clipboardData));
      this.area.form?.addEventListener("submit", (event) => this.hold(event));
    }

    // -- preview ------------------------------------------------------------------------------

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), PAUSE);
    }

    async load() {
      // An answer to an older text never replaces one to a newer.
      this.asked?.abort();
      const asked = (this.asked = new AbortController());
      try {
        const response = await this.post(this.root.dataset.previewUrl, { content: this.area.value }, asked.signal);
        const html = await response.text();
        if (asked !== this.asked) return;
        // Sanitised by the server, and the page's policy runs nothing that is inline.
        this.view.innerHTML = html || "<p class='editor-wait'>Nothing to show yet.</p>";
        this.tell(this.view.dataset.failed ? "" : null);
        delete this.view.dataset.failed;
      } catch (error) {
        if (asked !== this.asked || error.name === "AbortError") return;
        this.view.dataset.failed = "yes";
        this.tell(error.message || FAILED);
      }
    }

    async post(url, fields, signal) {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      if (this.root.dataset.page) body.append("page", this.root.dataset.page);
      const token = this.area.form?.elements.namedItem("csrfmiddlewaretoken")?.value ?? "";
      let response;
      try {
        response = await fetch(url, {
          method: "POST",
          body,
          headers: { "X-CSRFToken": token },
          credentials: "same-origin",
          signal,
        });
      } catch (error) {
        throw error.name === "AbortError" ? error : new Error("");
      }
      // Who is no longer logged in is sent to the log-in, which is no answer.
      if (response.redirected) throw new Error("You are logged out. Log in again in another tab.");
      if (!response.ok) {
        const json = (response.headers.get("Content-Type") || "").includes("json");
        throw new Error(json ? (await response.json()).error : "");
      }
      return response;
    }

    tell(message) {
      if (message !== null) this.status.textContent = message;
    }

    // -- pictures -----------------------------------------------------------------------------

    over(event) {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      this.area.classList.add("editor-drop");
    }

    receive(event, transfer) {
      this.area.classList.remove("editor-drop");
      const files = [...(transfer?.files ?? [])];
      // Spreadsheets and browsers put a picture of a text beside it: the text is what was meant.
      if (!files.length || (event.type === "paste" && transfer.types.includes("text/plain"))) return;
      event.preventDefault();
      this.showError("");
      files.forEach((file) => this.upload(file));
    }

    async upload(file) {
      const name = (file.name || "picture").replace(/[[\]\\]/g, "");
      let mark = `![Uploading ${name}…]()`;
      for (let n = 2; this.area.value.includes(mark); n += 1) mark = `![Uploading ${name}… (${n})]()`;
      this.insert(mark);
      this.uploads += 1;
      let text = "";
      try {
        const response = await this.post(this.root.dataset.uploadUrl, { image: file });
        text = (await response.json()).markdown;
      } catch (error) {
        this.showError(`${name}: ${error.message || "The upload did not get through."}`);
      }
      this.uploads -= 1;
      if (!this.uploads) this.tell("");
      this.replace(mark, text);
    }

    insert(text) {
      const { selectionStart: start, selectionEnd: end } = this.area;
      this.area.setRangeText(text, start, end, "end");
      this.changed();
    }

    replace(mark, text) {
      const start = this.area.value.indexOf(mark);
      if (start < 0) {
        // Its author took the mark out, so the picture is not wanted at that place either.
        return;
      }
      this.area.setRangeText(text, start, start + mark.length, "preserve");
      this.changed();
    }

    changed() {
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    hold(event) {
      if (!this.uploads) return;
      event.preventDefault();
      this.showError("A picture is still being uploaded. Save again in a moment.");
      this.area.focus();
    }

    showError(message) {
      this.error.textContent = message;
      this.error.hidden = !message;
    }
  }

  const start = (scope) => {
    for (const root of scope.querySelectorAll(".editor")) {
      // The row that new inline rows are copied from is no editor itself.
      if (root.closest(".empty-form") || root.dataset.started) continue;
      root.dataset.started = "yes";
      new Editor(root);
    }
  };

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("formset:added", (event) => start(event.target));
})();
