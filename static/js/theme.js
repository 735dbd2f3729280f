// The theme that was chosen, and that there are scripts, put on <html> before anything is drawn. The admin keeps its choice
// under the same name, so that one choice holds for both.
(() => {
  document.documentElement.classList.add("scripts");
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden: then the system decides.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
