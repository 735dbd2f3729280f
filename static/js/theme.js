// Set the chosen theme and the class `scripts` on <html> before the page is drawn. Django's admin
// stores its theme under the same key, so site and admin share one choice.
(() => {
  document.documentElement.classList.add("scripts");
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // If storage is blocked, use the theme of the system.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
