// What the search box and the palette have in common: asking the server while somebody types, and
// a list of options that the arrow keys go through (ARIA, "combobox").
(() => {
  "use strict";

  const PAUSE = 120; // milliseconds after the last key
  const SLOW = 300; // milliseconds without an answer, after which that is told
  const UNREACHABLE = "The server cannot be reached. Your connection may be down.";
  const NO_ANSWER = "The search does not answer just now. Try again in a moment.";
  const LOGGED_OUT = "You are logged out. Load this page again to log in.";

  // Asks for words; only the answer to the last ones counts, however late an older one comes.
  class Asking {
    constructor({ url, answered, failed, slow }) {
      Object.assign(this, { url, answered, failed, slow });
      this.turn = 0;
    }

    later(words) {
      this.stop();
      this.timer = setTimeout(() => this.now(words), PAUSE);
    }

    async now(words) {
      this.stop();
      const turn = this.turn;
      const asked = (this.asked = new AbortController());
      this.late = setTimeout(() => this.slow(), SLOW);
      try {
        const url = `${this.url}?${new URLSearchParams({ q: words })}`;
        const response = await fetch(url, { signal: asked.signal, credentials: "same-origin" });
        const html = await response.text();
        if (turn !== this.turn) return;
        clearTimeout(this.late);
        // A fault comes with a sentence of its own; any other page is none of ours.
        const ours = !response.redirected && html.includes('class="search-sentence"');
        if (ours) this.answered(html, words);
        else this.failed(response.redirected ? LOGGED_OUT : NO_ANSWER);
      } catch {
        if (turn !== this.turn) return;
        clearTimeout(this.late);
        this.failed(UNREACHABLE);
      }
    }

    stop() {
      this.turn += 1;
      clearTimeout(this.timer);
      clearTimeout(this.late);
      this.asked?.abort();
    }
  }

  // The options of a list, of which one at most is active while the focus stays in the field.
  class Options {
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
      const answer = document.createElement("template");
      answer.innerHTML = html;
      const sentence = answer.content.querySelector(".search-sentence");
      into.replaceChildren(...answer.content.querySelectorAll("[role=option]"));
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

  const inField = (element) =>
    Boolean(
      element?.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])"),
    );

  window.kbSuggest = { Asking, Options, inField };
})();
