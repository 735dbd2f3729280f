// The preview: beside the text on wide screens, in a tab on narrow ones.

import { hasModifier, nextIndex } from "../lib/dom.js";

const PAUSE = 250; // milliseconds after the last key
const FAILED = "Preview could not be loaded. Your text is not affected.";

class Preview {
  constructor(editor, view) {
    this.editor = editor;
    this.view = view;
    this.controller = null;
    this.shown = null;
    this.timer = 0;
    editor.area.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), PAUSE);
    });
  }

  async load() {
    const { editor, view } = this;
    const text = editor.value;
    if (text === this.shown || !view.offsetParent) return;
    // Abort the last request: its response must not replace a newer one.
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const { previewUrl } = editor.root.dataset;
      const html = await editor.post(previewUrl, { content: text }, controller.signal);
      if (controller !== this.controller) return;
      // The server has sanitised the HTML, and the CSP forbids inline scripts.
      view.innerHTML = html || "<p class='editor-wait'>Nothing to show yet.</p>";
      this.shown = text;
      if (view.dataset.failed) editor.showStatus("");
      delete view.dataset.failed;
      view.dispatchEvent(new Event("kb:shown"));
    } catch (error) {
      if (controller !== this.controller || error.name === "AbortError") return;
      this.shown = null;
      view.dataset.failed = "yes";
      editor.showStatus(["refused", "logged-out"].includes(error.kind) ? error.message : FAILED);
    }
  }
}

// Tabs as in the ARIA Authoring Practices; on wide screens CSS hides them.
class Tabs {
  constructor(editor, preview) {
    this.list = editor.root.querySelector(".editor-tabs");
    this.tabs = [...this.list.querySelectorAll("[role=tab]")];
    this.panels = this.tabs.map((tab) =>
      document.getElementById(tab.getAttribute("aria-controls")),
    );
    this.tools = editor.root.querySelector(".editor-toolbar");
    this.preview = preview;
    this.chosen = 0;
    this.list.hidden = false;
    this.tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => this.choose(index));
    });
    this.list.addEventListener("keydown", (event) => this.handleKey(event));
    new ResizeObserver(() => this.updatePanels()).observe(editor.root);
    this.updatePanels();
  }

  handleKey(event) {
    const to = nextIndex(event, this.chosen, 2, ["ArrowLeft", "ArrowRight"]);
    if (to === undefined || hasModifier(event)) return;
    event.preventDefault();
    this.choose(to);
    this.tabs[to].focus();
  }

  choose(index) {
    this.chosen = index;
    this.updatePanels(true);
  }

  updatePanels(force = false) {
    const isNarrow = getComputedStyle(this.list).display !== "none";
    if (isNarrow === this.isNarrow && !force) return;
    this.isNarrow = isNarrow;
    if (this.tools) this.tools.hidden = isNarrow && this.chosen > 0;
    this.tabs.forEach((tab, index) => {
      const chosen = index === this.chosen;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      const panel = this.panels[index];
      panel.hidden = isNarrow && !chosen;
      if (isNarrow) {
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", tab.id);
      } else {
        panel.removeAttribute("role");
        panel.removeAttribute("aria-labelledby");
      }
    });
    this.preview.load();
  }
}

export const startPreview = (editor) => {
  const view = editor.root.querySelector(".editor-preview");
  if (!view) return;
  const preview = new Preview(editor, view);
  if (editor.root.querySelector(".editor-tabs")) new Tabs(editor, preview);
  else preview.load();
};
