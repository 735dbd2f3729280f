// Where things are in the field, and text and preview scrolled together by their headings.

const LOOKS = [
  "font",
  "letterSpacing",
  "lineHeight",
  "paddingBlock",
  "paddingInline",
  "tabSize",
  "borderWidth",
  "unicodeBidi",
];

// Where characters of a text area are, from the top left of its contents: `[{ x, y, line }]`,
// measured in a hidden copy of it.
export const measure = (area, offsets) => {
  const copy = document.createElement("div");
  copy.className = "editor-copy";
  const style = getComputedStyle(area);
  for (const name of LOOKS) copy.style[name] = style[name];
  copy.style.width = `${area.clientWidth}px`;
  const marks = [];
  let from = 0;
  for (const offset of offsets) {
    const mark = document.createElement("span");
    mark.textContent = "\u200b";
    copy.append(area.value.slice(from, offset), mark);
    marks.push(mark);
    from = offset;
  }
  copy.append(area.value.slice(from));
  area.parentElement.append(copy);
  const line = parseFloat(style.lineHeight) || 20;
  const found = marks.map((mark) => ({ x: mark.offsetLeft, y: mark.offsetTop, line }));
  copy.remove();
  return found;
};

// The offsets of headings: lines with `#` that are in no fenced code.
const headings = (text) => {
  const found = [];
  let [at, fence] = [0, ""];
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && !fence) fence = mark;
    else if (mark?.startsWith(fence)) fence = "";
    else if (!fence && /^ {0,3}#{1,6}(?:[ \t]|$)/.test(line)) found.push(at);
    at += line.length + 1;
  }
  return found;
};

const least = (element) => Math.max(0, element.scrollHeight - element.clientHeight);

class Together {
  constructor(area, view) {
    this.area = area;
    this.view = view;
    this.put = new WeakMap();
    this.stops = null;
    const forget = () => {
      this.stops = null;
    };
    area.addEventListener("input", forget);
    new ResizeObserver(forget).observe(area);
    new ResizeObserver(forget).observe(view);
    view.addEventListener("load", forget, true);
    view.addEventListener("kb:shown", () => {
      forget();
      this.follow(area, view);
    });
    area.addEventListener("scroll", () => this.scrolled(area, view), { passive: true });
    view.addEventListener("scroll", () => this.scrolled(view, area), { passive: true });
  }

  scrolled(from, to) {
    // What was put there by this script leads nothing.
    const put = this.put.get(from);
    this.put.delete(from);
    if (put !== undefined && Math.abs(from.scrollTop - put) < 2) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.follow(from, to));
  }

  follow(from, to) {
    if (!from.offsetParent || !to.offsetParent || !least(from) || !least(to)) return;
    this.stops ??= this.measure();
    const [own, other] = from === this.area ? [0, 1] : [1, 0];
    const top = from.scrollTop;
    const next = this.stops.findIndex((stop) => stop[own] > top);
    const above = this.stops[next < 0 ? this.stops.length - 2 : Math.max(next - 1, 0)];
    const below = this.stops[next < 0 ? this.stops.length - 1 : Math.max(next, 1)];
    const part = below[own] > above[own] ? (top - above[own]) / (below[own] - above[own]) : 0;
    const wanted = above[other] + Math.min(part, 1) * (below[other] - above[other]);
    const before = to.scrollTop;
    to.scrollTop = wanted;
    if (to.scrollTop !== before) this.put.set(to, to.scrollTop);
  }

  // Places that belong together, as pairs of how far each side is scrolled.
  measure() {
    const { area, view } = this;
    const ends = [least(area), least(view)];
    const stops = [[0, 0]];
    const shown = [...view.querySelectorAll(":is(h1, h2, h3, h4, h5, h6)")];
    const written = headings(area.value);
    if (written.length === shown.length) {
      const top = view.getBoundingClientRect().top - view.scrollTop;
      measure(area, written).forEach(({ y }, index) => {
        const stop = [y, shown[index].getBoundingClientRect().top - top];
        const last = stops.at(-1);
        if (stop.every((place, side) => place > last[side] && place < ends[side])) stops.push(stop);
      });
    }
    return [...stops, ends];
  }
}

// What is scrolled to stays above a bar that sticks to the window's lower edge; so does the
// caret where the field gives way to a bar that grows.
const clear = (area, bar) => {
  const high = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
  const before = area.clientHeight;
  document.documentElement.style.setProperty("--edit-bar", `${high}px`);
  if (document.activeElement !== area || area.clientHeight >= before) return;
  const { y, line } = measure(area, [area.selectionEnd])[0];
  const seen = y - area.scrollTop + line;
  if (seen > area.clientHeight && seen <= before + line) area.scrollTop += seen - area.clientHeight;
};

export const startScroll = ({ area, form, root }) => {
  const bar = form?.querySelector(".edit-bar");
  if (bar) {
    new ResizeObserver(() => clear(area, bar)).observe(bar);
    addEventListener("resize", () => clear(area, bar));
  }
  const view = root.querySelector(".editor-preview");
  if (view) new Together(area, view);
};
