// What the search box and the palette have in common: asking the server while one types, and
// a list of options that the arrow keys go through (ARIA, "combobox").

import { parseHTML } from "../lib/dom.js";
import { request } from "../lib/request.js";

const PAUSE = 120; // milliseconds after the last key
const SLOW = 300; // milliseconds without an answer, after which this is reported
const OFFLINE = "The server cannot be reached. Your connection may be down.";
const FAILED = "The search does not answer just now. Try again in a moment.";
const LOGGED_OUT = "You are logged out. Load this page again to log in.";

// Asks for words; only the answer to the last ones counts, however late an older one comes.
export class Asking {
  constructor({ url, answered, failed, slow }) {
    Object.assign(this, { url, answered, failed, slow });
  }

  later(words) {
    this.stop();
    this.timer = setTimeout(() => this.now(words), PAUSE);
  }

  async now(words) {
    this.stop();
    const asked = new AbortController();
    this.asked = asked;
    const isLast = () => asked === this.asked;
    const late = setTimeout(() => isLast() && this.slow(), SLOW);
    try {
      const html = await request(this.url, {
        query: { q: words },
        html: true,
        signal: asked.signal,
      });
      if (isLast()) this.show(html);
    } catch ({ kind, body }) {
      if (!isLast()) return;
      if (kind === "offline") this.failed(OFFLINE);
      else if (kind === "logged-out") this.failed(LOGGED_OUT);
      else this.show(body ?? "");
    } finally {
      clearTimeout(late);
    }
  }

  // A fault comes with a sentence of its own; any other page is none of ours.
  show(html) {
    if (html.includes('class="search-sentence"')) this.answered(html);
    else this.failed(FAILED);
  }

  stop() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.asked = null;
  }
}

// The options of a list, of which one at most is active while the focus stays in the field.
export class Options {
  constructor(input, list, said) {
    Object.assign(this, { input, list, said });
    this.at = -1;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    // The focus stays in the field.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get all() {
    return [...this.list.querySelectorAll("[role=option]")].filter(
      (one) => !one.closest("[data-part][hidden]"),
    );
  }

  get active() {
    return this.all[this.at] ?? null;
  }

  // Puts the options of an answer of our own server into a part of the list, and says its sentence.
  fill(html, into = this.list) {
    const answer = parseHTML(html);
    const sentence = answer.querySelector(".search-sentence");
    into.replaceChildren(...answer.querySelectorAll("[role=option]"));
    this.number();
    this.say(sentence?.textContent.trim().replace(/\s+/g, " ") ?? "");
  }

  number() {
    for (const [index, option] of [...this.list.querySelectorAll("[role=option]")].entries()) {
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    }
    this.choose(-1);
  }

  say(words, slow = false) {
    const around = this.said.parentElement;
    const any = this.all.length > 0;
    around.classList.toggle("has-options", any);
    around.classList.toggle("is-slow", slow);
    this.said.textContent = words;
    this.list.hidden = !any;
    this.input.setAttribute("aria-expanded", String(any));
  }

  choose(index) {
    const { all } = this;
    this.at = index;
    this.input.removeAttribute("aria-activedescendant");
    for (const [at, option] of all.entries()) {
      option.setAttribute("aria-selected", String(at === index));
      if (at !== index) continue;
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  // Down from the last and up from the first lead to none, which is the field itself.
  move(by) {
    const length = this.all.length + 1;
    this.choose(((this.at + 1 + by + length) % length) - 1);
  }

  clear() {
    this.list.replaceChildren();
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.say("");
  }
}
