// Small helpers for elements, keys and times.

export const element = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

export const button = (words, act, className = "text-button") => {
  const node = element("button", { type: "button", className }, words);
  node.addEventListener("click", act);
  return node;
};

// Return the nodes of HTML from our own server as a DocumentFragment.
export const parseHTML = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

export const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

export const hasModifier = (event) => event.ctrlKey || event.altKey || event.metaKey;

// Return whether a click opens its link in this window.
export const isPlainClick = (event) =>
  !(event.button || event.ctrlKey || event.metaKey || event.shiftKey);

// Return whether exactly the command key is pressed: Ctrl, or ⌘ on a Mac.
export const isCommand = (event) =>
  !event.altKey && (isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey);

// Return the index that an arrow key, Home or End moves to from `at`, wrapping around at `length`;
// undefined for other keys.
export const nextIndex = (event, at, length, [back, forward] = ["ArrowUp", "ArrowDown"]) =>
  ({
    [back]: at > 0 ? at - 1 : length - 1,
    [forward]: at < length - 1 ? at + 1 : 0,
    Home: 0,
    End: length - 1,
  })[event.key];

export const isInField = (target) =>
  Boolean(
    target?.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])"),
  );

export const formatTime = (moment) =>
  new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// Return the time, with the date if it is not today.
export const formatMoment = (moment) => {
  const date = new Date(moment);
  if (date.toDateString() === new Date().toDateString()) return formatTime(moment);
  return date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
};
