// The theme that was chosen, put on <html> before anything is drawn. The admin keeps its choice
// under the same name, so that one choice holds for both.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden: then the system decides.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
