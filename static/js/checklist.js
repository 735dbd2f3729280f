// Lists of items, for users who may tick them.

import "./site.js";
import { startTickMenu } from "./items/menu.js";
import { startTicks } from "./items/tick.js";

startTicks();
startTickMenu();
