// The palette: Ctrl+K opens a list of pages and of things to do. Which pages this browser was on is
// kept here as their numbers alone; what they are called, and whether they still are, the server says.
(() => {
  "use strict";

  const STORE = "kb-recent";
  const MOST = 12;
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);

  // -- the pages that this person was on -------------------------------------------------------------

  const person = document.querySelector(".header")?.dataset.person ?? "";
  const forget = () => {
    try {
      localStorage.removeItem(STORE);
    } catch {
      // Storage may be forbidden: then nothing is kept.
    }
  };
  const visited = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE));
      if (!kept) return [];
      if (kept.person === person) return kept.ids.filter(Number.isInteger);
    } catch {
      // Not ours, or broken.
    }
    forget();
    return [];
  };
  const page = document.querySelector("article[data-page]")?.dataset.page ?? "";
  const before = visited();
  if (page) {
    const ids = [Number(page), ...before.filter((id) => id !== Number(page))].slice(0, MOST);
    try {
      localStorage.setItem(STORE, JSON.stringify({ person, ids }));
    } catch {
      // The same.
    }
  }
  document.querySelector("[data-log-out]")?.addEventListener("submit", forget);

  // -- the dialog --------------------------------------------------------------------------------------

  const dialog = document.getElementById("kb-palette");
  if (!dialog) return;
  const { Asking, Options } = window.kbSuggest;
  const input = dialog.querySelector(".palette-words");
  const list = dialog.querySelector(".search-list");
  const options = new Options(input, list, dialog.querySelector(".search-said"));
  const button = document.querySelector(".palette-open");
  // Parts of the list, in their order: what was typed is at the beginning of the first.
  const part = (name, label = "") => {
    const group = document.createElement("div");
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
      first: part("first", "Things to do"),
      pages: part("pages", "Pages"),
      others: part("others", "Other things to do"),
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
    // An empty group is none to whoever hears the list.
    for (const name of ["first", "pages", "others"])
      parts[name].hidden = !parts[name].children.length;
    options.number();
  };
  // What stands first is active, but never a page that was found for other words.
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

  // -- opening it ----------------------------------------------------------------------------------------

  // Who opens it again does not wait for what was asked before.
  let asked = 0;
  const load = async () => {
    const turn = (asked += 1);
    const late = setTimeout(() => turn === asked && options.say("One moment…", true), 300);
    try {
      const query = new URLSearchParams({ ids: before.join(","), page });
      const response = await fetch(`${dialog.dataset.recent}?${query}`, {
        credentials: "same-origin",
      });
      const answer = document.createElement("template");
      answer.innerHTML = response.ok && !response.redirected ? await response.text() : "";
      clearTimeout(late);
      if (turn !== asked) return;
      commands = [...answer.content.querySelectorAll("[data-also]")];
      for (const group of answer.content.querySelectorAll("[role=group]")) {
        if (group.querySelector("[role=option]")) parts.start.append(group);
      }
      sort();
      options.say(commands.length ? "" : "The server does not say what can be done here.");
      if (!input.value.trim() || parts.first.children.length) chooseFirst();
    } catch {
      clearTimeout(late);
      if (turn !== asked) return;
      options.say("The server cannot be reached. Your connection may be down.");
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
  if (apple) {
    button.setAttribute("aria-keyshortcuts", "Meta+K");
    button.querySelector(".palette-key").textContent = "⌘ K";
  }
  document.addEventListener("keydown", (event) => {
    const held = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!held || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    // In the Markdown editor the same keys make a link, and it took them already.
    if (event.defaultPrevented || document.querySelector("dialog[open]:not(#kb-palette)")) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  addEventListener("pagehide", () => dialog.open && dialog.close());

  // -- using it ------------------------------------------------------------------------------------------

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
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
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
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)
      return;
    const last = options.all.length - 1;
    if (event.key === "ArrowDown") options.choose(options.at < last ? options.at + 1 : 0);
    else if (event.key === "ArrowUp") options.choose(options.at > 0 ? options.at - 1 : last);
    else if (event.key === "Home") options.choose(last < 0 ? -1 : 0);
    else if (event.key === "End") options.choose(last);
    else if (event.key === "Enter") enter();
    else return;
    event.preventDefault();
  });
})();
