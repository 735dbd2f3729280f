// Buttons that copy a text or the value of a field: `data-copy` is the text or the field's id.

import { element } from "./dom.js";

const COPIED_DURATION = 2000; // milliseconds that a button reads “Copied”

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard API needs HTTPS: without it, copy from a temporary field.
    const field = element("textarea", { value: text, readOnly: true });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
};

export const showCopyButtons = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
};

export const startCopyButtons = (onCopied = () => {}) => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    button.dataset.words ??= button.textContent;
    const text = button.dataset.copy;
    await copyText(document.getElementById(text)?.value ?? text);
    button.focus();
    button.textContent = "Copied";
    onCopied();
    setTimeout(() => {
      button.textContent = button.dataset.words;
    }, COPIED_DURATION);
  });
  showCopyButtons();
};
