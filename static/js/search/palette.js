// The palette: Ctrl+K opens a list of pages and of commands. Which pages this browser was on is
// stored here as their numbers alone; what they are called, and whether they still are, the server says.

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
import { Asking, Options } from "./suggest.js";

const STORE = "kb-recent";
const MOST = 12;
const OFFLINE = "The server cannot be reached. Your connection may be down.";
const NO_COMMANDS = "The server does not say what can be done here.";

// The pages that this person was on before this one, which is noted too.
const visit = (page) => {
  const person = document.querySelector(".header")?.dataset.person ?? "";
  const forget = () => browserStore.remove(STORE);
  document.querySelector("[data-log-out]")?.addEventListener("submit", forget);
  const stored = browserStore.get(STORE);
  const isOurs = stored?.person === person && Array.isArray(stored.ids);
  if (!isOurs) forget();
  const before = isOurs ? stored.ids.filter(Number.isInteger) : [];
  if (page) {
    const ids = [Number(page), ...before.filter((id) => id !== Number(page))].slice(0, MOST);
    browserStore.set(STORE, { person, ids });
  }
  return before;
};

export const startPalette = (dialog, page) => {
  const before = visit(page);
  if (!dialog) return;
  const input = dialog.querySelector(".palette-words");
  const list = dialog.querySelector(".search-list");
  const options = new Options(input, list, dialog.querySelector(".search-status"));
  const button = document.querySelector(".palette-open");
  // Parts of the list, in their order: what was typed is at the beginning of the first.
  const part = (name, label = "") => {
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
  let back = null;

  const reset = () => {
    parts = {
      first: part("first", "Commands"),
      pages: part("pages", "Pages"),
      others: part("others", "Other commands"),
      start: part("start"),
    };
    list.replaceChildren(...Object.values(parts));
    commands = [];
  };

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const has = (command, typed) => {
    const words = plain(`${command.textContent} ${command.dataset.also}`).split(/\s+/);
    return typed.split(/\s+/).every((start) => words.some((word) => word.startsWith(start)));
  };

  const sort = () => {
    const typed = plain(input.value);
    parts.start.hidden = Boolean(typed);
    const found = typed ? commands.filter((command) => has(command, typed)) : [];
    const begins = (command) => plain(command.textContent).startsWith(typed);
    const copies = (which) => found.filter(which).map((command) => command.cloneNode(true));
    parts.first.replaceChildren(...copies(begins));
    parts.others.replaceChildren(...copies((command) => !begins(command)));
    // A screen reader is not to announce an empty group.
    for (const name of ["first", "pages", "others"])
      parts[name].hidden = !parts[name].children.length;
    options.number();
  };
  // The first option is active, but never a page that was found for other words.
  const chooseFirst = () => options.choose(options.all.length ? 0 : -1);

  const asking = new Asking({
    url: dialog.dataset.suggest,
    answered: (html) => {
      parts.pages.hidden = false;
      options.fill(html, parts.pages);
      const said = options.said.textContent;
      sort();
      options.say(said);
      chooseFirst();
    },
    failed: (words) => {
      parts.pages.replaceChildren();
      sort();
      options.say(words, true);
      chooseFirst();
    },
    slow: () => options.say("Searching…", true),
  });

  const look = () => {
    const words = input.value.trim();
    if (!words) {
      asking.stop();
      parts.pages.replaceChildren();
    } else asking.later(input.value);
    sort();
    options.say("");
    if (!words || parts.first.children.length) chooseFirst();
  };

  // -- opening it ----------------------------------------------------------------------------

  // Who opens it again does not wait for what was asked before.
  let asked = 0;
  const load = async () => {
    asked += 1;
    const turn = asked;
    const late = setTimeout(() => turn === asked && options.say("One moment…", true), 300);
    try {
      const query = { ids: before.join(","), page };
      const answer = parseHTML(await request(dialog.dataset.recent, { query, html: true }));
      if (turn !== asked) return;
      commands = [...answer.querySelectorAll("[data-also]")];
      for (const group of answer.querySelectorAll("[role=group]")) {
        if (group.querySelector("[role=option]")) parts.start.append(group);
      }
      sort();
      options.say(commands.length ? "" : NO_COMMANDS);
      if (!input.value.trim() || parts.first.children.length) chooseFirst();
    } catch ({ kind }) {
      if (turn !== asked) return;
      options.say(kind === "offline" ? OFFLINE : NO_COMMANDS);
    } finally {
      clearTimeout(late);
    }
  };

  const open = () => {
    if (dialog.open) return;
    back = document.activeElement;
    reset();
    input.value = "";
    options.say("");
    dialog.showModal();
    input.focus();
    load();
  };
  dialog.addEventListener("close", () => {
    asking.stop();
    back?.focus({ preventScroll: true });
    back = null;
  });
  dialog.querySelector(".palette-close").addEventListener("click", () => dialog.close());
  // A click beside it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  button.hidden = false;
  button.addEventListener("click", open);
  if (isApple) {
    button.setAttribute("aria-keyshortcuts", "Meta+K");
    button.querySelector(".palette-key").textContent = "⌘ K";
  }
  document.addEventListener("keydown", (event) => {
    if (!isCommand(event) || event.shiftKey || event.key.toLowerCase() !== "k") return;
    // In the Markdown editor the same keys make a link, and it took them already.
    if (event.defaultPrevented || document.querySelector("dialog[open]:not(#kb-palette)")) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  addEventListener("pagehide", () => dialog.open && dialog.close());

  // -- using it ------------------------------------------------------------------------------

  const does = {
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
    // Another window or tab, or none of them.
    if (!option || !isPlainClick(event)) return;
    // What is done next finds the page without a dialog over it.
    setTimeout(() => {
      dialog.close();
      does[option.dataset.does]?.();
    });
  });
  const enter = () => {
    const words = input.value.trim();
    if (options.active) options.active.click();
    else if (words)
      location.assign(`${dialog.dataset.search}?${new URLSearchParams({ q: words })}`);
  };
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || hasModifier(event) || event.shiftKey) return;
    const to = nextIndex(event, options.at, options.all.length);
    if (to !== undefined) options.choose(to);
    else if (event.key === "Enter") enter();
    else return;
    event.preventDefault();
  });
};
