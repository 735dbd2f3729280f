// The editor's toolbar, which is one tab stop, and its keyboard shortcuts.

import { hasModifier, isApple, isCommand, nextIndex } from "../lib/dom.js";
import { tools } from "./markdown.js";

// Tools by `event.key`, or by `event.code` with Shift, which changes the character of a key.
const PLAIN = { b: "bold", i: "italic", k: "link", e: "code", "]": "indent", "[": "outdent" };
const SHIFTED = { Digit7: "numbers", Digit8: "list", Digit9: "task", Period: "quote" };

const applyTool = (editor, name) => {
  const change = tools[name](editor.value, ...editor.selection);
  if (change) editor.edit(change);
  return Boolean(change);
};

const findTool = (event) => {
  if (!isCommand(event)) return "";
  return (event.shiftKey ? SHIFTED[event.code] : PLAIN[event.key.toLowerCase()]) ?? "";
};

const startShortcuts = (editor) => {
  editor.area.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const tool = findTool(event);
    const isPlainKey = !event.shiftKey && !hasModifier(event);
    if (tool) applyTool(editor, tool);
    else if (event.key !== "Enter" || !isPlainKey || !applyTool(editor, "enter")) return;
    event.preventDefault();
  });
};

const forms = new Set();

// Ctrl+S clicks the save button of the form that has the focus, or of the only form.
document.addEventListener("keydown", (event) => {
  if (!isCommand(event) || event.shiftKey || event.key.toLowerCase() !== "s") return;
  const connected = [...forms].filter((form) => form.isConnected);
  const own = document.activeElement?.form;
  const form = forms.has(own) ? own : connected.length === 1 ? connected[0] : null;
  const names = ["[name=_continue]", "[name=_save]", "[name=save]", ":not([name])"];
  const button = names.map((name) => form?.querySelector(`[type=submit]${name}`)).find(Boolean);
  if (!button) return;
  event.preventDefault();
  // Holding the keys down saves only once.
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
      // Keep the focus in the field, and on a phone its keyboard open.
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", () => {
        this.makeCurrent(button);
        if (tool === "attach") files.click();
        else applyTool(editor, tool);
      });
    }
    bar.addEventListener("keydown", (event) => this.handleKey(event));
    this.makeCurrent(this.buttons[0]);
    bar.hidden = false;
  }

  makeCurrent(button) {
    for (const other of this.buttons) other.tabIndex = other === button ? 0 : -1;
  }

  handleKey(event) {
    if (hasModifier(event)) return;
    const at = this.buttons.indexOf(document.activeElement);
    const next = nextIndex(event, at, this.buttons.length, ["ArrowLeft", "ArrowRight"]);
    if (next === undefined) return;
    event.preventDefault();
    this.makeCurrent(this.buttons[next]);
    this.buttons[next].focus();
  }
}

export const startTools = (editor) => {
  startShortcuts(editor);
  if (editor.form) forms.add(editor.form);
  const bar = editor.root.querySelector(".editor-toolbar");
  if (bar) new Toolbar(editor, bar);
};
