// The admin's forms with the Markdown editor.

import "./admin.js";
import { startPageDraft } from "./drafts/page.js";
import { startEditors } from "./editor/start.js";

startEditors();
document.addEventListener("formset:added", (event) => startEditors(event.target));
startPageDraft();
