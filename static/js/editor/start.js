// Starts the Markdown editors of a page, each with all parts.

import { Editor } from "./editor.js";
import { startFiles } from "./files.js";
import { startLinks } from "./links.js";
import { startPreview } from "./preview.js";
import { startScroll } from "./scroll.js";
import { startTools } from "./toolbar.js";

// The list of pages takes keys before the tools do.
const PARTS = [startScroll, startPreview, startFiles, startLinks, startTools];

export const startEditors = (scope = document) => {
  for (const root of scope.querySelectorAll(".editor")) {
    // The row that new inline rows are copied from is no editor itself.
    if (root.closest(".empty-form") || root.dataset.started) continue;
    root.dataset.started = "yes";
    const editor = new Editor(root);
    for (const start of PARTS) start(editor);
  }
};
