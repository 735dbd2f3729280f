// The Markdown editor: the field that all its parts (editor-*.js) work on.
//
// A part says `kbEditor.each((editor) => …)` and is started for every editor of the page. The text
// is changed only by `editor.edit`, so that the browser can always undo it.
(() => {
  "use strict";

  const parts = [];
  const editors = new WeakMap();

  // The cookie is newer than the form where somebody logged in again in another tab.
  const token = (form) =>
    document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ??
    form?.elements.namedItem("csrfmiddlewaretoken")?.value ??
    "";

  class Editor {
    constructor(root) {
      this.root = root;
      this.area = root.querySelector("textarea");
      this.form = this.area.form;
      this.status = root.querySelector(".editor-status");
      this.error = root.querySelector(".editor-error");
      editors.set(this.area, this);
      for (const start of parts) start(this);
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
        // Out of date, and the only way that browsers can undo.
        if (text) document.execCommand("insertText", false, text);
        else document.execCommand("delete");
        if (area.value !== wanted) {
          area.setRangeText(text, start, end, "end");
          area.dispatchEvent(new Event("input", { bubbles: true }));
        }
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

    // Ask the server; throws an error with a sentence for people, or with none.
    async post(url, fields, signal) {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      if (this.root.dataset.page) body.append("page", this.root.dataset.page);
      let response;
      try {
        response = await fetch(url, {
          method: "POST",
          body,
          headers: { "X-CSRFToken": token(this.form) },
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
      this.status.textContent = message;
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

  window.kbEditor = {
    each: (part) => parts.push(part),
    of: (area) => editors.get(area),
    start,
    token,
  };
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("formset:added", (event) => start(event.target));
})();
