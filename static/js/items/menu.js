// The menu of an item's four states, with a field for a reason. Without this script its button is
// a link to a page with the same choices.

import { hasModifier, isPlainClick, nextIndex } from "../lib/dom.js";
import { itemId, KEYS, setState, wantedState } from "./tick.js";

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
  // The element that gets the focus back on closing, and the id of the item.
  let opener = null;
  let id = "";

  const placePanel = () => {
    const from = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const left = Math.max(GAP, Math.min(from.left, innerWidth - width - GAP));
    const below = from.bottom + GAP + height <= innerHeight || from.top < height + GAP;
    const top = below ? from.bottom + GAP : from.top - GAP - height;
    panel.style.setProperty("left", `${left + scrollX}px`);
    panel.style.setProperty("top", `${top + scrollY}px`);
  };

  const showState = () => {
    const { state, why } = wantedState(id);
    for (const entry of entries) {
      entry.setAttribute("aria-checked", String(entry.dataset.state === state));
    }
    reason.hidden = state !== "done" && state !== "na";
    field.value = why || "";
  };

  const closeMenu = (restoreFocus) => {
    if (!opener) return;
    const last = opener;
    opener = null;
    for (const link of document.querySelectorAll(".tick-more[aria-expanded]")) {
      link.setAttribute("aria-expanded", "false");
    }
    panel.hidePopover();
    if (restoreFocus) last.focus();
  };

  const openMenu = (from, box) => {
    closeMenu(false);
    opener = from;
    id = itemId(box);
    const words = box.getAttribute("aria-label");
    panel.setAttribute("aria-label", `State of “${words}”`);
    panel.querySelector(".tick-menu-words").textContent = words;
    if (from.matches(".tick-more")) from.setAttribute("aria-expanded", "true");
    showState();
    panel.showPopover();
    placePanel();
    const current = entries.find((entry) => entry.getAttribute("aria-checked") === "true");
    (current || entries[0]).focus({ preventScroll: true });
  };

  // Items that are done or not applicable can have a reason: keep the menu open for it.
  const chooseState = (state) => {
    setState(id, state);
    showState();
    if (reason.hidden) closeMenu(true);
    else {
      placePanel();
      field.focus({ preventScroll: true });
    }
  };

  const moveFocus = (event) => {
    const to = nextIndex(event, entries.indexOf(document.activeElement), entries.length);
    entries[to]?.focus();
    return to !== undefined;
  };

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenu(true);
    else if (!menu.contains(event.target) || hasModifier(event)) return;
    else if (KEYS[event.key.toLowerCase()]) chooseState(KEYS[event.key.toLowerCase()]);
    else if (event.key === "Tab" && (event.shiftKey || reason.hidden)) closeMenu(true);
    else if (!moveFocus(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener("click", (event) => {
    const entry = event.target.closest("[data-state]");
    if (entry) chooseState(entry.dataset.state);
  });
  reason.addEventListener("submit", (event) => {
    event.preventDefault();
    setState(id, wantedState(id).state, field.value.replace(/\s+/g, " ").trim());
    closeMenu(true);
  });
  panel.addEventListener("focusout", (event) => {
    // A null target is another window or a click; `pointerdown` below handles clicks.
    if (event.relatedTarget && !panel.contains(event.relatedTarget)) closeMenu(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.contains(event.target) && event.target.closest(".tick-more") !== opener)
      closeMenu(false);
  });
  addEventListener("pagehide", () => closeMenu(false));

  // -- opening the menu ----------------------------------------------------------------------

  for (const link of document.querySelectorAll("a.tick-more")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.setAttribute("aria-expanded", "false");
  }
  document.addEventListener("click", (event) => {
    const more = event.target.closest("a.tick-more");
    if (!more || !isPlainClick(event)) return;
    event.preventDefault();
    if (opener === more) closeMenu(true);
    else openMenu(more, more.previousElementSibling);
  });
  document.addEventListener("keydown", (event) => {
    const more = event.target.closest("a.tick-more");
    const box = more ? more.previousElementSibling : event.target.closest("button.tick");
    if (!box || hasModifier(event)) return;
    const space = more && event.key === " ";
    const asked = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
    if (!space && !asked && event.key !== "ArrowDown") return;
    event.preventDefault();
    openMenu(more || box, box);
  });
};
