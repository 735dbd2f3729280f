// Measure places in the text field, and scroll text and preview together by their headings.

const COPIED_STYLES = [
  "font",
  "letterSpacing",
  "lineHeight",
  "paddingBlock",
  "paddingInline",
  "tabSize",
  "borderWidth",
  "unicodeBidi",
];

// Return where characters of a text area are, from the top left of its content, as
// `[{ x, y, line }]`, measured in a hidden copy of the text area.
export const measure = (area, offsets) => {
  const copy = document.createElement("div");
  copy.className = "editor-copy";
  const style = getComputedStyle(area);
  for (const name of COPIED_STYLES) copy.style[name] = style[name];
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

// Return the offsets of headings: lines starting with `#` outside of fenced code.
const findHeadings = (text) => {
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

const maxScroll = (element) => Math.max(0, element.scrollHeight - element.clientHeight);

class ScrollSync {
  constructor(area, view) {
    this.area = area;
    this.view = view;
    this.scriptedPositions = new WeakMap();
    this.stops = null;
    const resetStops = () => {
      this.stops = null;
    };
    area.addEventListener("input", resetStops);
    new ResizeObserver(resetStops).observe(area);
    new ResizeObserver(resetStops).observe(view);
    view.addEventListener("load", resetStops, true);
    view.addEventListener("kb:shown", () => {
      resetStops();
      this.follow(area, view);
    });
    area.addEventListener("scroll", () => this.handleScroll(area, view), { passive: true });
    view.addEventListener("scroll", () => this.handleScroll(view, area), { passive: true });
  }

  handleScroll(from, to) {
    // Ignore scroll events that this script caused.
    const position = this.scriptedPositions.get(from);
    this.scriptedPositions.delete(from);
    if (position !== undefined && Math.abs(from.scrollTop - position) < 2) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.follow(from, to));
  }

  follow(from, to) {
    if (!from.offsetParent || !to.offsetParent || !maxScroll(from) || !maxScroll(to)) return;
    this.stops ??= this.findStops();
    const [own, other] = from === this.area ? [0, 1] : [1, 0];
    const top = from.scrollTop;
    const next = this.stops.findIndex((stop) => stop[own] > top);
    const above = this.stops[next < 0 ? this.stops.length - 2 : Math.max(next - 1, 0)];
    const below = this.stops[next < 0 ? this.stops.length - 1 : Math.max(next, 1)];
    const fraction = below[own] > above[own] ? (top - above[own]) / (below[own] - above[own]) : 0;
    const wanted = above[other] + Math.min(fraction, 1) * (below[other] - above[other]);
    const before = to.scrollTop;
    to.scrollTop = wanted;
    if (to.scrollTop !== before) this.scriptedPositions.set(to, to.scrollTop);
  }

  // Return pairs of scroll positions of text and preview that show the same heading.
  findStops() {
    const { area, view } = this;
    const ends = [maxScroll(area), maxScroll(view)];
    const stops = [[0, 0]];
    const shown = [...view.querySelectorAll(":is(h1, h2, h3, h4, h5, h6)")];
    const written = findHeadings(area.value);
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

// Set the height of the sticky bar at the bottom, so that scrolling leaves room for it. If the bar
// grows and the field shrinks, scroll to keep the caret visible.
const makeRoom = (area, bar) => {
  const height = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
  const before = area.clientHeight;
  document.documentElement.style.setProperty("--edit-bar", `${height}px`);
  if (document.activeElement !== area || area.clientHeight >= before) return;
  const { y, line } = measure(area, [area.selectionEnd])[0];
  const edge = y - area.scrollTop + line;
  if (edge > area.clientHeight && edge <= before + line) area.scrollTop += edge - area.clientHeight;
};

export const startScroll = ({ area, form, root }) => {
  const bar = form?.querySelector(".edit-bar");
  if (bar) {
    new ResizeObserver(() => makeRoom(area, bar)).observe(bar);
    addEventListener("resize", () => makeRoom(area, bar));
  }
  const view = root.querySelector(".editor-preview");
  if (view) new ScrollSync(area, view);
};
