// A page, for users who may edit it: its checkboxes, questions and files.

import "./site.js";
import { startTickMenu } from "./items/menu.js";
import { startTicks } from "./items/tick.js";
import "./questions/in-place.js";
import { startPageFiles } from "./uploads/page-files.js";

startTicks();
startTickMenu();
startPageFiles(document.querySelector("[data-add-files]"));
