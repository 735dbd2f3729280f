// Every page: its theme switch, menus, tree and contents, the search box and the palette.
// All of it works without them.

import { startSearchBox } from "./search/box.js";
import { startPalette } from "./search/palette.js";

const root = document.documentElement;

// The theme switch.
const buttons = document.querySelectorAll("[data-choose-theme]");
const show = () => {
  const now = root.dataset.theme || "auto";
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.chooseTheme === now));
  }
};
for (const button of buttons) {
  button.addEventListener("click", () => {
    const theme = button.dataset.chooseTheme;
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Storage may be forbidden: then the choice holds for this page.
    }
    show();
  });
}
for (const group of document.querySelectorAll(".theme-switch")) group.hidden = false;
show();

// The page one is on, in the middle of a long tree.
const tree = document.querySelector(".tree");
const current = tree?.querySelector('[aria-current="page"]');
if (current && tree.scrollHeight > tree.clientHeight) {
  const above = current.getBoundingClientRect().top - tree.getBoundingClientRect().top;
  if (above > tree.clientHeight - 40) tree.scrollTop += above - tree.clientHeight / 2;
}

// Escape closes the tree on a narrow screen.
const opener = document.querySelector(".tree-button");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && opener?.open) {
    opener.open = false;
    opener.querySelector("summary").focus();
  }
});

// Escape, or a click elsewhere, closes a menu.
const close = (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    const inside = menu.contains(event.target);
    if (event.key ? event.key !== "Escape" : inside) continue;
    menu.open = false;
    if (event.key && inside) menu.querySelector("summary").focus();
  }
};
document.addEventListener("keydown", close);
document.addEventListener("click", close);

// The heading one is reading, in the list of contents.
const links = new Map();
for (const link of document.querySelectorAll(".contents-wide a[href^='#']")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) links.set(heading, link);
}
if (links.size) {
  const headings = [...links.keys()];
  const mark = () => {
    // A third of the way down is where a reader's eye is.
    const read = headings.filter(
      (heading) => heading.getBoundingClientRect().top < innerHeight / 3,
    );
    const now = read.at(-1);
    for (const [heading, link] of links) {
      if (heading === now) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66%" });
  for (const heading of headings) observer.observe(heading);
  mark();
}

const box = document.getElementById("kb-search");
if (box) startSearchBox(box);
startPalette(
  document.getElementById("kb-palette"),
  document.querySelector("article[data-page]")?.dataset.page ?? "",
);
