// JSON in the browser's storage. If storage is blocked or full, nothing is stored.

const attempt = (act) => {
  try {
    return act();
  } catch {
    return null;
  }
};

const createStore = (name) => ({
  get: (key) => attempt(() => JSON.parse(window[name].getItem(key))),
  set: (key, value) =>
    attempt(() => {
      window[name].setItem(key, JSON.stringify(value));
      return true;
    }) ?? false,
  remove: (key) => attempt(() => window[name].removeItem(key)),
  keys: () => attempt(() => Object.keys(window[name])) ?? [],
});

export const browserStore = createStore("localStorage");
// For this tab only, until it is closed.
export const tabStore = createStore("sessionStorage");
