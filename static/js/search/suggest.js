// Shared by the search box and the palette: requests while typing, and a list of options to choose
// from with the arrow keys (the ARIA pattern "combobox").

import { parseHTML } from "../lib/dom.js";
import { request } from "../lib/request.js";

const PAUSE = 120; // milliseconds after the last key
const SLOW = 300; // milliseconds until a pending request is reported
const OFFLINE = "The server cannot be reached. Your connection may be down.";
const FAILED = "The search does not answer. Try again in a moment.";
const LOGGED_OUT = "You are logged out. Load this page again to log in.";

// Search on the server while typing. Only the response to the last request is used.
export class Suggester {
  constructor({ url, onResult, onFailure, onSlow }) {
    Object.assign(this, { url, onResult, onFailure, onSlow });
  }

  schedule(words) {
    this.stop();
    this.timer = setTimeout(() => this.load(words), PAUSE);
  }

  async load(words) {
    this.stop();
    const controller = new AbortController();
    this.controller = controller;
    const isLast = () => controller === this.controller;
    const late = setTimeout(() => isLast() && this.onSlow(), SLOW);
    try {
      const options = { query: { q: words }, html: true, signal: controller.signal };
      const html = await request(this.url, options);
      if (isLast()) this.show(html);
    } catch ({ kind, body }) {
      if (!isLast()) return;
      if (kind === "offline") this.onFailure(OFFLINE);
      else if (kind === "logged-out") this.onFailure(LOGGED_OUT);
      else this.show(body ?? "");
    } finally {
      clearTimeout(late);
    }
  }

  // The server's errors have a sentence too; any other HTML is not from the search.
  show(html) {
    if (html.includes('class="search-sentence"')) this.onResult(html);
    else this.onFailure(FAILED);
  }

  stop() {
    clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = null;
  }
}

// A list of options, of which at most one is active while the focus stays in the field.
export class Options {
  constructor(input, list, status) {
    Object.assign(this, { input, list, status });
    this.at = -1;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    // Keep the focus in the field.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get items() {
    return [...this.list.querySelectorAll("[role=option]")].filter(
      (option) => !option.closest("[data-part][hidden]"),
    );
  }

  get active() {
    return this.items[this.at] ?? null;
  }

  // Put the options of a response into a part of the list, and show its sentence.
  fill(html, into = this.list) {
    const answer = parseHTML(html);
    const sentence = answer.querySelector(".search-sentence");
    into.replaceChildren(...answer.querySelectorAll("[role=option]"));
    this.numberItems();
    this.showStatus(sentence?.textContent.trim().replace(/\s+/g, " ") ?? "");
  }

  numberItems() {
    for (const [index, option] of [...this.list.querySelectorAll("[role=option]")].entries()) {
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    }
    this.choose(-1);
  }

  showStatus(words, isSlow = false) {
    const container = this.status.parentElement;
    const hasOptions = this.items.length > 0;
    container.classList.toggle("has-options", hasOptions);
    container.classList.toggle("is-slow", isSlow);
    this.status.textContent = words;
    this.list.hidden = !hasOptions;
    this.input.setAttribute("aria-expanded", String(hasOptions));
  }

  choose(index) {
    const { items } = this;
    this.at = index;
    this.input.removeAttribute("aria-activedescendant");
    for (const [at, option] of items.entries()) {
      option.setAttribute("aria-selected", String(at === index));
      if (at !== index) continue;
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  // Moving down from the last or up from the first option leads to none, which is the field.
  move(by) {
    const length = this.items.length + 1;
    this.choose(((this.at + 1 + by + length) % length) - 1);
  }

  clear() {
    this.list.replaceChildren();
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.showStatus("");
  }
}
