// Pages that ask or answer, for those who may.

import "./site.js";
import { startEditors } from "./editor/start.js";
import { startCopies } from "./lib/copy.js";
import "./questions/in-place.js";

startEditors();
startCopies();
