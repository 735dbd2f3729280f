// Typing `[[` opens a list of pages below the caret, to choose from with the arrow keys.
//
// The field keeps the role of a text box, since `aria-expanded` is for single-line fields only.
// Screen readers get the options from `aria-activedescendant` and from a status message.

import { element, hasModifier } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { measure } from "./scroll.js";

const PAUSE = 120; // milliseconds after the last key
const GAP = 4; // pixels between a line and the list
const MAX_HEIGHT = 240; // pixels
const LINK_START = /\[\[([^[\]|#\n]{0,80})$/;
let listCount = 0;

class Links {
  constructor(editor) {
    const { area, root } = editor;
    this.editor = editor;
    this.area = area;
    this.list = root.querySelector(".editor-pages");
    this.status = root.querySelector(".editor-pages-status");
    listCount += 1;
    this.list.id = `editor-pages-${listCount}`;
    this.pages = [];
    this.at = 0;
    this.closedAt = -1;
    area.setAttribute("aria-autocomplete", "list");
    area.addEventListener("input", () => this.handleInput());
    area.addEventListener("keydown", (event) => this.handleKey(event));
    area.addEventListener("keyup", (event) => {
      if (/^(Arrow(Left|Right)|Home|End|Page)/.test(event.key) && !this.findLink()) this.close();
    });
    area.addEventListener("click", () => this.findLink() || this.close());
    area.addEventListener("blur", () => this.close());
    area.addEventListener("scroll", () => this.placeList());
    window.visualViewport.addEventListener("resize", () => this.placeList());
    new ResizeObserver(() => this.placeList()).observe(area);
    // Without this, a click on the list would take the focus from the field.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.accept(Number(option.dataset.index));
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  // Return the text after `[[` and its start, or null if the caret is not in a link.
  findLink() {
    const [start, end] = this.editor.selection;
    const found =
      start === end && LINK_START.exec(this.area.value.slice(Math.max(0, start - 100), start));
    return found ? { words: found[1], start: start - found[1].length } : null;
  }

  handleInput() {
    clearTimeout(this.timer);
    const link = this.findLink();
    if (link?.start !== this.closedAt) this.closedAt = -1;
    if (!link || this.closedAt >= 0) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.loadPages(link.words), PAUSE);
  }

  async loadPages(words) {
    // Abort the last request: its response must not replace a newer one.
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const { namesUrl } = this.editor.root.dataset;
      const { pages } = await request(namesUrl, { query: { q: words }, signal: controller.signal });
      if (controller === this.controller && this.findLink()?.words === words) this.show(pages);
    } catch {
      // Without a list, the name can still be typed.
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
    this.status.textContent = length
      ? `${length} ${length === 1 ? "page" : "pages"}`
      : "No matching page";
    if (!length || document.activeElement !== this.area) {
      this.close(length > 0);
      return;
    }
    this.list.hidden = false;
    this.area.setAttribute("aria-controls", this.list.id);
    this.placeList();
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

  handleKey(event) {
    if (!this.isOpen || event.isComposing || hasModifier(event)) return;
    if (event.key === "ArrowDown") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose(this.at - 1);
    else if (event.key === "Escape") {
      this.closedAt = this.findLink()?.start ?? -1;
      this.close();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey)
      this.accept(this.at);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  accept(index) {
    const link = this.findLink();
    const page = this.pages[index];
    this.close();
    if (!link || !page) return;
    const end = this.editor.selection[1];
    const closed = /^[^[\]\n]*\]\]/.exec(this.area.value.slice(end));
    // If the link already has its `]]`, move the caret after it. Pages whose title cannot be used
    // in a link have another name.
    const name = page.link || page.title;
    const text = name + (closed ? "" : "]]");
    const to = link.start + name.length + (closed ? closed[0].length : 2);
    this.closedAt = link.start;
    this.editor.edit({ start: link.start, end, text, select: [to, to] });
    clearTimeout(this.timer);
    this.status.textContent = "";
  }

  close(quietly = true) {
    clearTimeout(this.timer);
    this.controller?.abort();
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
    this.area.removeAttribute("aria-controls");
    if (quietly) this.status.textContent = "";
  }

  // Place the list below the caret, or above it if there is more room, within the visible field.
  placeList() {
    const link = this.isOpen && this.findLink();
    if (!link) return;
    const { x, y, line } = measure(this.area, [link.start])[0];
    const { clientHeight, clientWidth, scrollTop } = this.area;
    const top = Math.min(Math.max(y - scrollTop, 0), clientHeight - line);
    const left = Math.max(0, Math.min(x, clientWidth - this.list.offsetWidth));
    const [above, below] = this.measureRoom(top, line);
    this.list.style.maxHeight = "";
    const up = this.list.offsetHeight > below && above > below;
    this.list.style.maxHeight = `${Math.max(up ? above : below, 2 * line)}px`;
    this.list.style.top = `${up ? top - GAP - this.list.offsetHeight : top + line + GAP}px`;
    this.list.style.left = `${left}px`;
  }

  // Return the visible height above and below a line of the field, without the space that sticky
  // bars and an on-screen keyboard cover.
  measureRoom(top, line) {
    const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(document.documentElement);
    const { offsetTop, height } = window.visualViewport;
    const from = Math.max(parseFloat(scrollPaddingTop) || 0, offsetTop);
    const to = Math.min(innerHeight - (parseFloat(scrollPaddingBottom) || 0), offsetTop + height);
    const at = this.area.getBoundingClientRect().top + top;
    return [at - GAP - from, to - at - line - GAP].map((size) => Math.min(size, MAX_HEIGHT));
  }
}

export const startLinks = (editor) => {
  if (editor.root.querySelector(".editor-pages")) new Links(editor);
};
