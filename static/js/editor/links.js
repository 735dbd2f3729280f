// `[[` offers pages: a list under the caret that arrow keys choose from.
//
// The field stays a text box, as `aria-expanded` is only for boxes of one line; what is offered is
// said by its active descendant and in words.

import { element, hasModifier } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { measure } from "./scroll.js";

const PAUSE = 120; // milliseconds after the last key
const GAP = 4; // pixels between a line and the list
const HIGHEST = 240;
const BEGUN = /\[\[([^[\]|#\n]{0,80})$/;
let lists = 0;

class Links {
  constructor(editor) {
    const { area, root } = editor;
    this.editor = editor;
    this.area = area;
    this.list = root.querySelector(".editor-pages");
    this.said = root.querySelector(".editor-pages-status");
    lists += 1;
    this.list.id = `editor-pages-${lists}`;
    this.pages = [];
    this.at = 0;
    this.closedAt = -1;
    area.setAttribute("aria-autocomplete", "list");
    area.addEventListener("input", () => this.look());
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("keyup", (event) => {
      if (/^(Arrow(Left|Right)|Home|End|Page)/.test(event.key) && !this.begun()) this.close();
    });
    area.addEventListener("click", () => this.begun() || this.close());
    area.addEventListener("blur", () => this.close());
    area.addEventListener("scroll", () => this.place());
    window.visualViewport.addEventListener("resize", () => this.place());
    new ResizeObserver(() => this.place()).observe(area);
    // Before the field loses the focus.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.accept(Number(option.dataset.index));
    });
  }

  get open() {
    return !this.list.hidden;
  }

  // What is typed behind `[[`, and where it begins; null where the caret is in no link.
  begun() {
    const [start, end] = this.editor.selection;
    const found =
      start === end && BEGUN.exec(this.area.value.slice(Math.max(0, start - 100), start));
    return found ? { words: found[1], start: start - found[1].length } : null;
  }

  look() {
    clearTimeout(this.timer);
    const begun = this.begun();
    if (begun?.start !== this.closedAt) this.closedAt = -1;
    if (!begun || this.closedAt >= 0) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(begun.words), PAUSE);
  }

  async ask(words) {
    // An answer to older words never replaces one to newer.
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    try {
      const { namesUrl } = this.editor.root.dataset;
      const { pages } = await request(namesUrl, { query: { q: words }, signal: asked.signal });
      if (asked === this.asked && this.begun()?.words === words) this.show(pages);
    } catch {
      // Without a list one types the name.
    }
  }

  show(pages) {
    this.pages = pages;
    this.list.replaceChildren(
      ...pages.map((page, index) => {
        const category = { className: "editor-pages-category" };
        const option = element(
          "li",
          { id: `${this.list.id}-${index}`, role: "option" },
          element("span", {}, page.title),
          " ",
          element("span", category, page.category || "Topic"),
        );
        option.dataset.index = index;
        return option;
      }),
    );
    const { length } = pages;
    this.said.textContent = length
      ? `${length} ${length === 1 ? "page" : "pages"}`
      : "No page is called so";
    if (!length || document.activeElement !== this.area) {
      this.close(length > 0);
      return;
    }
    this.list.hidden = false;
    this.area.setAttribute("aria-controls", this.list.id);
    this.place();
    this.choose(0);
  }

  choose(index) {
    this.at = (index + this.pages.length) % this.pages.length;
    [...this.list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === this.at));
      if (at !== this.at) return;
      this.area.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    });
  }

  key(event) {
    if (!this.open || event.isComposing || hasModifier(event)) return;
    if (event.key === "ArrowDown") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose(this.at - 1);
    else if (event.key === "Escape") {
      this.closedAt = this.begun()?.start ?? -1;
      this.close();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey)
      this.accept(this.at);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  accept(index) {
    const begun = this.begun();
    const page = this.pages[index];
    this.close();
    if (!begun || !page) return;
    const end = this.editor.selection[1];
    const closed = /^[^[\]\n]*\]\]/.exec(this.area.value.slice(end));
    // Where the link has its end already, the caret goes behind it.
    // No link can hold the title of some pages, which then have another name.
    const name = page.link || page.title;
    const text = name + (closed ? "" : "]]");
    const to = begun.start + name.length + (closed ? closed[0].length : 2);
    this.closedAt = begun.start;
    this.editor.edit({ start: begun.start, end, text, select: [to, to] });
    clearTimeout(this.timer);
    this.said.textContent = "";
  }

  close(quietly = true) {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
    this.area.removeAttribute("aria-controls");
    if (quietly) this.said.textContent = "";
  }

  // Under the caret, or above it where that has more room; within the field and what is seen.
  place() {
    const begun = this.open && this.begun();
    if (!begun) return;
    const { x, y, line } = measure(this.area, [begun.start])[0];
    const { clientHeight, clientWidth, scrollTop } = this.area;
    const top = Math.min(Math.max(y - scrollTop, 0), clientHeight - line);
    const left = Math.max(0, Math.min(x, clientWidth - this.list.offsetWidth));
    const [above, below] = this.room(top, line);
    this.list.style.maxHeight = "";
    const up = this.list.offsetHeight > below && above > below;
    this.list.style.maxHeight = `${Math.max(up ? above : below, 2 * line)}px`;
    this.list.style.top = `${up ? top - GAP - this.list.offsetHeight : top + line + GAP}px`;
    this.list.style.left = `${left}px`;
  }

  // What is to be seen above and below a line of the field: between the edges that the page
  // keeps free for its bars, and above a keyboard.
  room(top, line) {
    const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(document.documentElement);
    const { offsetTop, height } = window.visualViewport;
    const from = Math.max(parseFloat(scrollPaddingTop) || 0, offsetTop);
    const to = Math.min(innerHeight - (parseFloat(scrollPaddingBottom) || 0), offsetTop + height);
    const at = this.area.getBoundingClientRect().top + top;
    return [at - GAP - from, to - at - line - GAP].map((size) => Math.min(size, HIGHEST));
  }
}

export const startLinks = (editor) => {
  if (editor.root.querySelector(".editor-pages")) new Links(editor);
};
