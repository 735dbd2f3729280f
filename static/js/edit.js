// Pages with the Markdown editor: writing a page, or deciding between two texts of it.

import "./site.js";
import { startPageDraft } from "./drafts/page.js";
import { startEditors } from "./editor/start.js";
import { startTitle } from "./editor/title.js";

startEditors();
startTitle();
// Last: an upload that is under way holds the form back before its draft counts as sent.
startPageDraft();
