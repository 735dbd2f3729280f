// The palette: Ctrl+K opens a list of pages and commands. Recently visited pages are stored in the
// browser by id only; the server returns the titles of those that still exist.

import {
  element,
  hasModifier,
  isApple,
  isCommand,
  isPlainClick,
  nextIndex,
  parseHTML,
} from "../lib/dom.js";
import { request } from "../lib/request.js";
import { browserStore } from "../lib/store.js";
import { Options, Suggester } from "./suggest.js";

const STORE = "kb-recent";
const MAX_RECENT = 12;
const OFFLINE = "The server cannot be reached. Your connection may be down.";
const NO_COMMANDS = "Commands could not be loaded.";

// Return the ids of the pages that the user visited before, and store the current page.
const recordVisit = (page) => {
  const person = document.querySelector(".header")?.dataset.person ?? "";
  const clearRecent = () => browserStore.remove(STORE);
  document.querySelector("[data-log-out]")?.addEventListener("submit", clearRecent);
  const stored = browserStore.get(STORE);
  const isOurs = stored?.person === person && Array.isArray(stored.ids);
  if (!isOurs) clearRecent();
  const before = isOurs ? stored.ids.filter(Number.isInteger) : [];
  if (page) {
    const ids = [Number(page), ...before.filter((id) => id !== Number(page))].slice(0, MAX_RECENT);
    browserStore.set(STORE, { person, ids });
  }
  return before;
};

export const startPalette = (dialog, page) => {
  const before = recordVisit(page);
  if (!dialog) return;
  const input = dialog.querySelector(".palette-words");
  const list = dialog.querySelector(".search-list");
  const options = new Options(input, list, dialog.querySelector(".search-status"));
  const button = document.querySelector(".palette-open");
  // Create a part of the list. The first part has the commands that start with the typed text.
  const createPart = (name, label = "") => {
    const group = element("div");
    group.dataset.part = name;
    if (label) {
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label);
    }
    return group;
  };
  let parts = {};
  let commands = [];
  let opener = null;

  const reset = () => {
    parts = {
      first: createPart("first", "Commands"),
      pages: createPart("pages", "Pages"),
      others: createPart("others", "Other commands"),
      start: createPart("start"),
    };
    list.replaceChildren(...Object.values(parts));
    commands = [];
  };

  const normalise = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const matches = (command, typed) => {
    const words = normalise(`${command.textContent} ${command.dataset.also}`).split(/\s+/);
    return typed.split(/\s+/).every((start) => words.some((word) => word.startsWith(start)));
  };

  const updateCommands = () => {
    const typed = normalise(input.value);
    parts.start.hidden = Boolean(typed);
    const found = typed ? commands.filter((command) => matches(command, typed)) : [];
    const begins = (command) => normalise(command.textContent).startsWith(typed);
    const copies = (which) => found.filter(which).map((command) => command.cloneNode(true));
    parts.first.replaceChildren(...copies(begins));
    parts.others.replaceChildren(...copies((command) => !begins(command)));
    // Hide empty groups from screen readers.
    for (const name of ["first", "pages", "others"])
      parts[name].hidden = !parts[name].children.length;
    options.numberItems();
  };
  // Make the first option active. Not called while the pages listed are for older words.
  const chooseFirst = () => options.choose(options.items.length ? 0 : -1);

  const suggester = new Suggester({
    url: dialog.dataset.suggest,
    onResult: (html) => {
      parts.pages.hidden = false;
      options.fill(html, parts.pages);
      const message = options.status.textContent;
      updateCommands();
      options.showStatus(message);
      chooseFirst();
    },
    onFailure: (words) => {
      parts.pages.replaceChildren();
      updateCommands();
      options.showStatus(words, true);
      chooseFirst();
    },
    onSlow: () => options.showStatus("Searching…", true),
  });

  const handleInput = () => {
    const words = input.value.trim();
    if (!words) {
      suggester.stop();
      parts.pages.replaceChildren();
    } else suggester.schedule(input.value);
    updateCommands();
    options.showStatus("");
    if (!words || parts.first.children.length) chooseFirst();
  };

  // -- opening the palette -------------------------------------------------------------------

  // Each load has a number, so that responses to earlier ones are ignored.
  let loads = 0;
  const loadOptions = async () => {
    loads += 1;
    const load = loads;
    const late = setTimeout(() => load === loads && options.showStatus("Loading…", true), 300);
    try {
      const query = { ids: before.join(","), page };
      const answer = parseHTML(await request(dialog.dataset.recent, { query, html: true }));
      if (load !== loads) return;
      commands = [...answer.querySelectorAll("[data-also]")];
      for (const group of answer.querySelectorAll("[role=group]")) {
        if (group.querySelector("[role=option]")) parts.start.append(group);
      }
      updateCommands();
      options.showStatus(commands.length ? "" : NO_COMMANDS);
      if (!input.value.trim() || parts.first.children.length) chooseFirst();
    } catch ({ kind }) {
      if (load !== loads) return;
      options.showStatus(kind === "offline" ? OFFLINE : NO_COMMANDS);
    } finally {
      clearTimeout(late);
    }
  };

  const openPalette = () => {
    if (dialog.open) return;
    opener = document.activeElement;
    reset();
    input.value = "";
    options.showStatus("");
    dialog.showModal();
    input.focus();
    loadOptions();
  };
  dialog.addEventListener("close", () => {
    suggester.stop();
    opener?.focus({ preventScroll: true });
    opener = null;
  });
  dialog.querySelector(".palette-close").addEventListener("click", () => dialog.close());
  // Close on a click outside the dialog.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  button.hidden = false;
  button.addEventListener("click", openPalette);
  if (isApple) {
    button.setAttribute("aria-keyshortcuts", "Meta+K");
    button.querySelector(".palette-key").textContent = "⌘ K";
  }
  document.addEventListener("keydown", (event) => {
    if (!isCommand(event) || event.shiftKey || event.key.toLowerCase() !== "k") return;
    // In the Markdown editor the same keys insert a link.
    if (event.defaultPrevented || document.querySelector("dialog[open]:not(#kb-palette)")) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else openPalette();
  });
  addEventListener("pagehide", () => dialog.open && dialog.close());

  // -- using the palette ---------------------------------------------------------------------

  const commandActions = {
    theme: () => {
      const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
      const system = matchMedia("(prefers-color-scheme: dark)").matches;
      const now = document.documentElement.dataset.theme ? dark : system;
      document.querySelector(`[data-choose-theme="${now ? "light" : "dark"}"]`).click();
    },
    leave: () => document.querySelector("[data-log-out]").requestSubmit(),
  };
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    // Clicks with modifiers open another tab or window.
    if (!option || !isPlainClick(event)) return;
    // Close the dialog before the command runs.
    setTimeout(() => {
      dialog.close();
      commandActions[option.dataset.does]?.();
    });
  });
  const handleEnter = () => {
    const words = input.value.trim();
    if (options.active) options.active.click();
    else if (words)
      location.assign(`${dialog.dataset.search}?${new URLSearchParams({ q: words })}`);
  };
  input.addEventListener("input", handleInput);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || hasModifier(event) || event.shiftKey) return;
    const to = nextIndex(event, options.at, options.items.length);
    if (to !== undefined) options.choose(to);
    else if (event.key === "Enter") handleEnter();
    else return;
    event.preventDefault();
  });
};
