// Start the Markdown editors of a page.

import { Editor } from "./editor.js";
import { startFiles } from "./files.js";
import { startLinks } from "./links.js";
import { startPreview } from "./preview.js";
import { startScroll } from "./scroll.js";
import { startTools } from "./toolbar.js";

// Links come before tools: an open list of pages handles keys first.
const PARTS = [startScroll, startPreview, startFiles, startLinks, startTools];

export const startEditors = (scope = document) => {
  for (const root of scope.querySelectorAll(".editor")) {
    // Skip the template that Django's admin copies new inline rows from.
    if (root.closest(".empty-form") || root.dataset.started) continue;
    root.dataset.started = "yes";
    const editor = new Editor(root);
    for (const start of PARTS) start(editor);
  }
};
