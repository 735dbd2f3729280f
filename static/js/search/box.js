// The search box: `/` leads to it, and what it finds is listed below while one types. Without this
// script it is a form that leads to the full page.

import { hasModifier, isInField, isPlainClick } from "../lib/dom.js";
import { Asking, Options } from "./suggest.js";

export const startSearchBox = (box) => {
  const input = box.querySelector(".search-words");
  const panel = box.querySelector(".search-panel");
  const opener = document.querySelector(".search-open");
  const options = new Options(
    input,
    panel.querySelector(".search-list"),
    panel.querySelector(".search-status"),
  );

  // It is always there, with nothing in it: what is said in a part that only appears goes unheard.
  const show = () => panel.classList.add("is-shown");
  const hide = () => {
    asking.stop();
    panel.classList.remove("is-shown");
    options.clear();
  };
  const here = () => box.contains(document.activeElement);

  // Only while one is in the box.
  const say = (act) => {
    if (!here()) return;
    show();
    act();
  };

  const asking = new Asking({
    url: box.dataset.suggest,
    answered: (html) => say(() => options.fill(html)),
    failed: (words) => {
      options.clear();
      say(() => options.say(words));
    },
    slow: () => say(() => options.say("Searching…", true)),
  });

  const look = (at) => {
    options.choose(-1);
    if (input.value.trim()) asking[at](input.value);
    else hide();
  };
  input.addEventListener("input", () => look("later"));

  // -- the box on a narrow screen ------------------------------------------------------------

  const open = () => {
    box.classList.add("is-open");
    opener.setAttribute("aria-expanded", "true");
    input.focus();
    input.select();
  };
  const close = (back) => {
    hide();
    if (!box.classList.contains("is-open")) return;
    box.classList.remove("is-open");
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  };
  opener.hidden = false;
  opener.addEventListener("click", open);
  box.querySelector(".search-close").addEventListener("click", () => close(true));

  // -- keys ----------------------------------------------------------------------------------

  const giveUp = () => {
    if (panel.classList.contains("is-shown")) hide();
    else if (input.value) input.value = "";
    else close(true);
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || hasModifier(event)) return;
    const closed = !options.all.length;
    if (event.key === "ArrowDown" && closed) look("now");
    else if (event.key === "ArrowDown") options.move(1);
    else if (event.key === "ArrowUp" && !closed) options.move(-1);
    else if (event.key === "Enter" && options.active && !event.shiftKey) options.active.click();
    else if (event.key === "Escape") giveUp();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || hasModifier(event)) return;
    if (event.defaultPrevented || isInField(event.target) || document.querySelector("dialog[open]"))
      return;
    event.preventDefault();
    open();
  });

  // Leaving the box closes its list; null is another window.
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) close(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target) && !opener.contains(event.target)) close(false);
  });
  // A place on this very page loads no other.
  panel.addEventListener("click", (event) => {
    if (isPlainClick(event) && event.target.closest("[role=option]"))
      setTimeout(() => close(false));
  });
  // A page that the browser keeps is not to come back with an old list.
  addEventListener("pagehide", hide);
};
