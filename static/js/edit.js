// Pages with the Markdown editor: editing a page, or resolving a conflict.

import "./site.js";
import { startPageDraft } from "./drafts/page.js";
import { startEditors } from "./editor/start.js";
import { startTitle } from "./editor/title.js";

startEditors();
startTitle();
// Start this last: a running upload must cancel the submit event before the draft handles it.
startPageDraft();
