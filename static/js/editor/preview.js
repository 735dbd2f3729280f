// The preview: beside the text where there is room, behind a tab where there is none.

import { hasModifier, nextIndex } from "../lib/dom.js";

const PAUSE = 250; // milliseconds after the last key
const FAILED = "Preview could not be loaded. Your text is not affected.";

class Preview {
  constructor(editor, view) {
    this.editor = editor;
    this.view = view;
    this.asked = null;
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
    // An answer to an older text never replaces one to a newer.
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    try {
      const { previewUrl } = editor.root.dataset;
      const html = await editor.post(previewUrl, { content: text }, asked.signal);
      if (asked !== this.asked) return;
      // Sanitised by the server, and the page's policy runs nothing that is inline.
      view.innerHTML = html || "<p class='editor-wait'>Nothing to show yet.</p>";
      this.shown = text;
      if (view.dataset.failed) editor.tell("");
      delete view.dataset.failed;
      view.dispatchEvent(new Event("kb:shown"));
    } catch (error) {
      if (asked !== this.asked || error.name === "AbortError") return;
      this.shown = null;
      view.dataset.failed = "yes";
      editor.tell(["refused", "logged-out"].includes(error.kind) ? error.message : FAILED);
    }
  }
}

// Tabs as in the ARIA Authoring Practices, and only where they are seen.
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
    this.list.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.arrange()).observe(editor.root);
    this.arrange();
  }

  key(event) {
    const to = nextIndex(event, this.chosen, 2, ["ArrowLeft", "ArrowRight"]);
    if (to === undefined || hasModifier(event)) return;
    event.preventDefault();
    this.choose(to);
    this.tabs[to].focus();
  }

  choose(index) {
    this.chosen = index;
    this.arrange(true);
  }

  arrange(again = false) {
    const narrow = getComputedStyle(this.list).display !== "none";
    if (narrow === this.narrow && !again) return;
    this.narrow = narrow;
    if (this.tools) this.tools.hidden = narrow && this.chosen > 0;
    this.tabs.forEach((tab, index) => {
      const chosen = index === this.chosen;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      const panel = this.panels[index];
      panel.hidden = narrow && !chosen;
      if (narrow) {
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
