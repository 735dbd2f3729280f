// The files of a page, for those who may add some.

import "./site.js";
import { startPageFiles } from "./uploads/page-files.js";

startPageFiles(document.querySelector("[data-add-files]"));
