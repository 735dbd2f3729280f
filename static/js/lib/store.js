// What the browser stores for us, as JSON. Where that is forbidden or full, it stores nothing.

const attempt = (act) => {
  try {
    return act();
  } catch {
    return null;
  }
};

const storeOf = (name) => ({
  get: (key) => attempt(() => JSON.parse(window[name].getItem(key))),
  set: (key, value) =>
    attempt(() => {
      window[name].setItem(key, JSON.stringify(value));
      return true;
    }) ?? false,
  remove: (key) => attempt(() => window[name].removeItem(key)),
  keys: () => attempt(() => Object.keys(window[name])) ?? [],
});

export const browserStore = storeOf("localStorage");
// Of one tab, until it is closed.
export const tabStore = storeOf("sessionStorage");
