// Every page: theme switch, menus, tree, contents, search box and palette.
// Every page also works without this script.

import { startSearchBox } from "./search/box.js";
import { startPalette } from "./search/palette.js";

const root = document.documentElement;

// The theme switch.
const themeButtons = document.querySelectorAll("[data-choose-theme]");
const showTheme = () => {
  const now = root.dataset.theme || "auto";
  for (const button of themeButtons) {
    button.setAttribute("aria-pressed", String(button.dataset.chooseTheme === now));
  }
};
for (const button of themeButtons) {
  button.addEventListener("click", () => {
    const theme = button.dataset.chooseTheme;
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // If storage is blocked, the theme applies to this page only.
    }
    showTheme();
  });
}
for (const group of document.querySelectorAll(".theme-switch")) group.hidden = false;
showTheme();

// Scroll the tree so that the current page is visible.
const tree = document.querySelector(".tree");
const current = tree?.querySelector('[aria-current="page"]');
if (current && tree.scrollHeight > tree.clientHeight) {
  const above = current.getBoundingClientRect().top - tree.getBoundingClientRect().top;
  if (above > tree.clientHeight - 40) tree.scrollTop += above - tree.clientHeight / 2;
}

// Escape closes the tree on a narrow screen.
const treeButton = document.querySelector(".tree-button");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && treeButton?.open) {
    treeButton.open = false;
    treeButton.querySelector("summary").focus();
  }
});

// Escape, or a click elsewhere, closes a menu.
const closeMenus = (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    const inside = menu.contains(event.target);
    if (event.key ? event.key !== "Escape" : inside) continue;
    menu.open = false;
    if (event.key && inside) menu.querySelector("summary").focus();
  }
};
document.addEventListener("keydown", closeMenus);
document.addEventListener("click", closeMenus);

// Mark the heading that is being read in the list of contents.
const links = new Map();
for (const link of document.querySelectorAll(".contents-wide a[href^='#']")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) links.set(heading, link);
}
if (links.size) {
  const headings = [...links.keys()];
  const markCurrent = () => {
    // The current heading is the last one above a third of the window's height.
    const passed = headings.filter(
      (heading) => heading.getBoundingClientRect().top < innerHeight / 3,
    );
    const now = passed.at(-1);
    for (const [heading, link] of links) {
      if (heading === now) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  const observer = new IntersectionObserver(markCurrent, { rootMargin: "0px 0px -66%" });
  for (const heading of headings) observer.observe(heading);
  markCurrent();
}

const box = document.getElementById("kb-search");
if (box) startSearchBox(box);
startPalette(
  document.getElementById("kb-palette"),
  document.querySelector("article[data-page]")?.dataset.page ?? "",
);
