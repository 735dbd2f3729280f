// The files of a page: upload chosen and dropped files at once, and copy their Markdown.

import { showCopyButtons, startCopyButtons } from "../lib/copy.js";
import { element, parseHTML } from "../lib/dom.js";
import { request } from "../lib/request.js";
import { getFiles, Rows } from "./rows.js";

export const startPageFiles = (form) => {
  const chooser = form.querySelector("input[type=file]");
  const list = () => document.getElementById("kb-files");
  const panel = form.closest(".panel");
  const areas = [...document.querySelectorAll("[data-drop-files]"), ...(panel ? [panel] : [])];

  const isChanged = (field) =>
    field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
  const isInUse = (row) =>
    row.contains(document.activeElement) ||
    row.querySelector("details[open]") ||
    [...row.querySelectorAll("input")].some(isChanged);
  const rowsInUse = () => [...list().querySelectorAll("[data-file]")].filter(isInUse);

  // Replace the list, except rows in use. These are never moved, since moving loses the focus.
  const updateList = (fresh) => {
    const used = rowsInUse();
    if (!used.length) return list().replaceWith(fresh);
    const place = used[0].parentElement;
    for (const row of [...place.children]) if (!used.includes(row)) row.remove();
    const from = fresh.querySelector("[data-file]")?.parentElement;
    let next = used[0];
    for (const row of [...(from?.children ?? [])]) {
      const same = used.find(({ dataset }) => dataset.file === row.dataset.file);
      if (same) next = same.nextElementSibling;
      else place.insertBefore(row, next);
    }
    from?.remove();
    for (const other of [...list().children]) if (other !== place) other.remove();
    place.after(...fresh.children);
  };

  // Load the list of files again.
  const refresh = async () => {
    try {
      const fresh = parseHTML(await request(location.href, { html: true }));
      updateList(fresh.getElementById("kb-files"));
      showCopyButtons();
    } catch {
      if (rowsInUse().length) rows.announce("Load the page again to see it in the list.");
      else location.reload();
    }
  };

  let added = 0;
  const rows = new Rows(form, {
    page: form.dataset.page,
    urls: form.dataset,
    focus: chooser,
    verb: "added",
    onDone: () => {
      added += 1;
    },
    onEnd: () => {
      if (!added || rows.active) return;
      added = 0;
      refresh();
    },
  });

  form.classList.add("by-script");
  const hint = element("span", { className: "file-add-hint" }, "or drop them here");
  form.querySelector(".file-choose").after(hint);
  // The file field looks like a button, so Enter should open it too.
  chooser.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    chooser.click();
  });
  chooser.addEventListener("change", () => {
    rows.upload([...chooser.files]);
    chooser.value = "";
  });

  // -- dropping ------------------------------------------------------------------------------

  const words = element("p", { className: "drop-words" }, "Drop to add to this page’s files");

  const showDropArea = (area) => {
    for (const other of areas) other.classList.toggle("drop-files", other === area);
    if (area) document.querySelector("main").append(words);
    else words.remove();
  };

  for (const area of areas) {
    area.addEventListener("dragover", (event) => {
      if (event.defaultPrevented || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      showDropArea(area);
    });
    area.addEventListener("dragleave", (event) => {
      if (!area.contains(event.relatedTarget)) showDropArea(null);
    });
    area.addEventListener("drop", (event) => {
      showDropArea(null);
      if (event.defaultPrevented || !event.dataTransfer.files.length) return;
      event.preventDefault();
      rows.upload(getFiles(event.dataTransfer));
    });
  }

  startCopyButtons(() => rows.announce("Markdown copied."));
};
