// The menu of an item's four states, with room for a reason. Without this script its button is a
// link to a page with the same choices.

import { hasModifier, isPlainClick, nextIndex } from "../lib/dom.js";
import { idOf, KEYS, set, wanted } from "./tick.js";

const GAP = 4; // pixels between the button and its menu, and to the edge of the window

export const startTickMenu = () => {
  const template = document.getElementById("kb-tick-menu");
  if (!template || !HTMLElement.prototype.showPopover) return;
  const panel = template.content.firstElementChild.cloneNode(true);
  panel.popover = "manual";
  document.body.append(panel);
  const menu = panel.querySelector("[role=menu]");
  const entries = [...menu.children];
  const reason = panel.querySelector(".tick-reason");
  const field = reason.querySelector("input");
  // What has the focus back afterwards, and which item this is about.
  let opener = null;
  let id = "";

  const place = () => {
    const from = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const left = Math.max(GAP, Math.min(from.left, innerWidth - width - GAP));
    const below = from.bottom + GAP + height <= innerHeight || from.top < height + GAP;
    const top = below ? from.bottom + GAP : from.top - GAP - height;
    panel.style.setProperty("left", `${left + scrollX}px`);
    panel.style.setProperty("top", `${top + scrollY}px`);
  };

  const show = () => {
    const { state, why } = wanted(id);
    for (const entry of entries) {
      entry.setAttribute("aria-checked", String(entry.dataset.state === state));
    }
    reason.hidden = state !== "done" && state !== "na";
    field.value = why || "";
  };

  const close = (back) => {
    if (!opener) return;
    const last = opener;
    opener = null;
    for (const link of document.querySelectorAll(".tick-more[aria-expanded]")) {
      link.setAttribute("aria-expanded", "false");
    }
    panel.hidePopover();
    if (back) last.focus();
  };

  const open = (from, box) => {
    close(false);
    opener = from;
    id = idOf(box);
    const words = box.getAttribute("aria-label");
    panel.setAttribute("aria-label", `State of “${words}”`);
    panel.querySelector(".tick-menu-words").textContent = words;
    if (from.matches(".tick-more")) from.setAttribute("aria-expanded", "true");
    show();
    panel.showPopover();
    place();
    const current = entries.find((entry) => entry.getAttribute("aria-checked") === "true");
    (current || entries[0]).focus({ preventScroll: true });
  };

  // What is done or not applicable may have a reason, so the menu stays for it.
  const choose = (state) => {
    set(id, state);
    show();
    if (reason.hidden) close(true);
    else {
      place();
      field.focus({ preventScroll: true });
    }
  };

  const move = (event) => {
    const to = nextIndex(event, entries.indexOf(document.activeElement), entries.length);
    entries[to]?.focus();
    return to !== undefined;
  };

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
    else if (!menu.contains(event.target) || hasModifier(event)) return;
    else if (KEYS[event.key.toLowerCase()]) choose(KEYS[event.key.toLowerCase()]);
    else if (event.key === "Tab" && (event.shiftKey || reason.hidden)) close(true);
    else if (!move(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener("click", (event) => {
    const entry = event.target.closest("[data-state]");
    if (entry) choose(entry.dataset.state);
  });
  reason.addEventListener("submit", (event) => {
    event.preventDefault();
    set(id, wanted(id).state, field.value.replace(/\s+/g, " ").trim());
    close(true);
  });
  panel.addEventListener("focusout", (event) => {
    // Null is another window, or a click on nothing: the pointer is dealt with below.
    if (event.relatedTarget && !panel.contains(event.relatedTarget)) close(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.contains(event.target) && event.target.closest(".tick-more") !== opener)
      close(false);
  });
  addEventListener("pagehide", () => close(false));

  // -- ways to open it -----------------------------------------------------------------------

  for (const link of document.querySelectorAll("a.tick-more")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.setAttribute("aria-expanded", "false");
  }
  document.addEventListener("click", (event) => {
    const more = event.target.closest("a.tick-more");
    if (!more || !isPlainClick(event)) return;
    event.preventDefault();
    if (opener === more) close(true);
    else open(more, more.previousElementSibling);
  });
  document.addEventListener("keydown", (event) => {
    const more = event.target.closest("a.tick-more");
    const box = more ? more.previousElementSibling : event.target.closest("button.tick");
    if (!box || hasModifier(event)) return;
    const space = more && event.key === " ";
    const asked = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
    if (!space && !asked && event.key !== "ArrowDown") return;
    event.preventDefault();
    open(more || box, box);
  });
};
