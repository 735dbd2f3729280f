// The editor's tools: a toolbar that is one stop for Tab, and the keys that people know.

import { hasModifier, isApple, isCommand, nextIndex } from "../lib/dom.js";
import { tools } from "./markdown.js";

// The tool of a key, as `key` or, where Shift changes what a key is, by its place.
const PLAIN = { b: "bold", i: "italic", k: "link", e: "code", "]": "indent", "[": "outdent" };
const SHIFTED = { Digit7: "numbers", Digit8: "list", Digit9: "task", Period: "quote" };

const use = (editor, name) => {
  const change = tools[name](editor.value, ...editor.selection);
  if (change) editor.edit(change);
  return Boolean(change);
};

const toolOf = (event) => {
  if (!isCommand(event)) return "";
  return (event.shiftKey ? SHIFTED[event.code] : PLAIN[event.key.toLowerCase()]) ?? "";
};

const keys = (editor) => {
  editor.area.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const tool = toolOf(event);
    const bare = !event.shiftKey && !hasModifier(event);
    if (tool) use(editor, tool);
    else if (event.key !== "Enter" || !bare || !use(editor, "enter")) return;
    event.preventDefault();
  });
};

const forms = new Set();

// Ctrl+S presses the button of the form that one is in, or of the only one that there is.
document.addEventListener("keydown", (event) => {
  if (!isCommand(event) || event.shiftKey || event.key.toLowerCase() !== "s") return;
  const here = [...forms].filter((form) => form.isConnected);
  const own = document.activeElement?.form;
  const form = forms.has(own) ? own : here.length === 1 ? here[0] : null;
  const names = ["[name=_continue]", "[name=_save]", "[name=save]", ":not([name])"];
  const button = names.map((name) => form?.querySelector(`[type=submit]${name}`)).find(Boolean);
  if (!button) return;
  event.preventDefault();
  // Held down, it saves once.
  if (!event.repeat) button.click();
});

class Toolbar {
  constructor(editor, bar) {
    this.bar = bar;
    this.buttons = [...bar.querySelectorAll("button")];
    const files = editor.root.querySelector(".editor-files");
    for (const button of this.buttons) {
      const { tool } = button.dataset;
      if (isApple && button.ariaKeyShortcuts) {
        button.title = button.title.replace("Ctrl+Shift+", "⇧⌘").replace("Ctrl+", "⌘");
        button.ariaKeyShortcuts = button.ariaKeyShortcuts.replace("Control", "Meta");
      }
      // The caret stays where it is, and on a phone the keyboard stays open.
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", () => {
        this.current(button);
        if (tool === "attach") files.click();
        else use(editor, tool);
      });
    }
    bar.addEventListener("keydown", (event) => this.key(event));
    this.current(this.buttons[0]);
    bar.hidden = false;
  }

  current(button) {
    for (const other of this.buttons) other.tabIndex = other === button ? 0 : -1;
  }

  key(event) {
    if (hasModifier(event)) return;
    const at = this.buttons.indexOf(document.activeElement);
    const next = nextIndex(event, at, this.buttons.length, ["ArrowLeft", "ArrowRight"]);
    if (next === undefined) return;
    event.preventDefault();
    this.current(this.buttons[next]);
    this.buttons[next].focus();
  }
}

export const startTools = (editor) => {
  keys(editor);
  if (editor.form) forms.add(editor.form);
  const bar = editor.root.querySelector(".editor-toolbar");
  if (bar) new Toolbar(editor, bar);
};
