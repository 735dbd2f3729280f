// The search box: `/` focuses it, and results are listed below while typing. Without this script it
// is a form that opens the page with all results.

import { hasModifier, isInField, isPlainClick } from "../lib/dom.js";
import { Options, Suggester } from "./suggest.js";

export const startSearchBox = (box) => {
  const input = box.querySelector(".search-words");
  const panel = box.querySelector(".search-panel");
  const opener = document.querySelector(".search-open");
  const options = new Options(
    input,
    panel.querySelector(".search-list"),
    panel.querySelector(".search-status"),
  );

  // The panel always exists: screen readers ignore status messages in elements that are new.
  const showPanel = () => panel.classList.add("is-shown");
  const hidePanel = () => {
    suggester.stop();
    panel.classList.remove("is-shown");
    options.clear();
  };
  const hasFocus = () => box.contains(document.activeElement);

  // Update the panel only while the focus is in the box.
  const update = (action) => {
    if (!hasFocus()) return;
    showPanel();
    action();
  };

  const suggester = new Suggester({
    url: box.dataset.suggest,
    onResult: (html) => update(() => options.fill(html)),
    onFailure: (words) => {
      options.clear();
      update(() => options.showStatus(words));
    },
    onSlow: () => update(() => options.showStatus("Searching…", true)),
  });

  const search = (method) => {
    options.choose(-1);
    if (input.value.trim()) suggester[method](input.value);
    else hidePanel();
  };
  input.addEventListener("input", () => search("schedule"));

  // -- the box on a narrow screen ------------------------------------------------------------

  const openBox = () => {
    box.classList.add("is-open");
    opener.setAttribute("aria-expanded", "true");
    input.focus();
    input.select();
  };
  const closeBox = (restoreFocus) => {
    hidePanel();
    if (!box.classList.contains("is-open")) return;
    box.classList.remove("is-open");
    opener.setAttribute("aria-expanded", "false");
    if (restoreFocus) opener.focus();
  };
  opener.hidden = false;
  opener.addEventListener("click", openBox);
  box.querySelector(".search-close").addEventListener("click", () => closeBox(true));

  // -- keys ----------------------------------------------------------------------------------

  const handleEscape = () => {
    if (panel.classList.contains("is-shown")) hidePanel();
    else if (input.value) input.value = "";
    else closeBox(true);
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || hasModifier(event)) return;
    const closed = !options.items.length;
    if (event.key === "ArrowDown" && closed) search("load");
    else if (event.key === "ArrowDown") options.move(1);
    else if (event.key === "ArrowUp" && !closed) options.move(-1);
    else if (event.key === "Enter" && options.active && !event.shiftKey) options.active.click();
    else if (event.key === "Escape") handleEscape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || hasModifier(event)) return;
    if (event.defaultPrevented || isInField(event.target) || document.querySelector("dialog[open]"))
      return;
    event.preventDefault();
    openBox();
  });

  // Close the list when the focus leaves the box; a null target is another window.
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) closeBox(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target) && !opener.contains(event.target)) closeBox(false);
  });
  // A result on this page loads no new page, so close the list.
  panel.addEventListener("click", (event) => {
    if (isPlainClick(event) && event.target.closest("[role=option]"))
      setTimeout(() => closeBox(false));
  });
  // Going back to the page must not show an old list.
  addEventListener("pagehide", hidePanel);
};
