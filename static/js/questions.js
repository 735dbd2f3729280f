// Pages with forms for questions and answers, for users who may edit.

import "./site.js";
import { startEditors } from "./editor/start.js";
import { startCopyButtons } from "./lib/copy.js";
import "./questions/in-place.js";

startEditors();
startCopyButtons();
