// Where nothing is kept as a draft (the admin), leaving with changes asks first.
(() => {
  "use strict";

  const text = (form) =>
    JSON.stringify([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  document.addEventListener("DOMContentLoaded", () => {
    const areas = [...document.querySelectorAll(".editor-with-preview textarea")];
    for (const form of new Set(areas.map((area) => area.form))) {
      if (!form || form.dataset.draftUrl) continue;
      // What a refused form comes back with is not stored either.
      const unsaved = form.querySelector("[data-unsaved]");
      const before = unsaved ? "" : text(form);
      let saving = false;
      form.addEventListener("submit", (event) => (saving = !event.defaultPrevented));
      addEventListener("pageshow", () => (saving = false));
      addEventListener("beforeunload", (event) => {
        if (!saving && text(form) !== before) event.preventDefault();
      });
    }
  });
})();
