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

  const MANY = 20; // lines
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

  // Put a text in the place of what is selected, in the only way that browsers can undo: commands
  // that are out of date. Chromium takes many lines in one by one, each as a change of its own and
  // laid out anew, unless they come as HTML, of which a text area keeps the characters.
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
