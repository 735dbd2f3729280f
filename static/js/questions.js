// Pages that ask or answer, for those who may.

import "./site.js";
import { startEditors } from "./editor/start.js";
import "./questions/in-place.js";

startEditors();
