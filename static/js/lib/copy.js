// Buttons that copy a text, or what is in a field: their `data-copy` is the text or the field's id.

import { element } from "./dom.js";

const COPIED = 2000; // milliseconds for which a button says so

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not over plain http: then by a field that is there for a moment.
    const field = element("textarea", { value: text, readOnly: true });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
};

export const offerCopies = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
};

export const startCopies = (say = () => {}) => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    button.dataset.words ??= button.textContent;
    const text = button.dataset.copy;
    await copy(document.getElementById(text)?.value ?? text);
    button.focus();
    button.textContent = "Copied";
    say();
    setTimeout(() => {
      button.textContent = button.dataset.words;
    }, COPIED);
  });
  offerCopies();
};
