// Small helpers for elements, keys and times.

export const element = (name, facts = {}, ...children) => {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...children);
  return made;
};

export const button = (words, act, className = "text-button") => {
  const made = element("button", { type: "button", className }, words);
  made.addEventListener("click", act);
  return made;
};

// The nodes of a piece of HTML that our own server sent.
export const parsed = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

export const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

export const hasModifier = (event) => event.ctrlKey || event.altKey || event.metaKey;

// Is it a click that stays in this window?
export const isPlainClick = (event) =>
  !(event.button || event.ctrlKey || event.metaKey || event.shiftKey);

// Is the key held that goes with letters for commands, and no other: Ctrl, or ⌘ on a Mac?
export const isCommand = (event) =>
  !event.altKey && (isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey);

// The index that a key of movement leads to from `at` of `length`, in a circle; undefined for other keys.
export const movedBy = (event, at, length, [back, forward] = ["ArrowUp", "ArrowDown"]) =>
  ({
    [back]: at > 0 ? at - 1 : length - 1,
    [forward]: at < length - 1 ? at + 1 : 0,
    Home: 0,
    End: length - 1,
  })[event.key];

export const inField = (target) =>
  Boolean(
    target?.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])"),
  );

export const clock = (moment) =>
  new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// The clock for today, else the day too.
export const when = (moment) => {
  const date = new Date(moment);
  if (date.toDateString() === new Date().toDateString()) return clock(moment);
  return date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
};
