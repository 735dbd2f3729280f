// The files of a page, for users who may add files.

import "./site.js";
import { startPageFiles } from "./uploads/page-files.js";

startPageFiles(document.querySelector("[data-add-files]"));
