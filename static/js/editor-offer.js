// Text that this browser kept from another time is offered above the editor.
(() => {
  "use strict";

  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  };

  // Put kept fields into the form; the notes in a way that can be undone.
  const fill = (form, fields) => {
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      const editor = window.kbEditor.of(field);
      if (editor) editor.edit({ start: 0, end: editor.value.length, text: value, select: [0, 0] });
      else if (field && field.type !== "checkbox") field.value = value;
    }
    const { rewrite } = form.elements;
    if (rewrite) rewrite.checked = "rewrite" in fields;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const banner = (draft, [key, entry]) => {
    const { form } = draft;
    const place = document.createElement("div");
    place.className = "notice draft-here";
    const words = document.createElement("p");
    const when = new Date(entry.at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    words.textContent = `This browser kept text of yours for this page that was not sent, from ${when}.`;
    const buttons = document.createElement("p");
    buttons.className = "notice-buttons";
    const resume = () => {
      if (entry.section !== form.dataset.section) {
        const query = entry.section ? `?${new URLSearchParams({ section: entry.section })}` : "";
        location.assign(location.pathname + query);
        return;
      }
      // It stays in the browser until the server has it.
      draft.resumed = () => {
        draft.kept.drop(key);
        draft.resumed = null;
      };
      place.remove();
      fill(form, entry.fields);
      form.querySelector(".editor textarea")?.focus();
    };
    const forget = () => {
      draft.kept.drop(key);
      place.remove();
      form.querySelector(".editor textarea")?.focus();
    };
    buttons.append(button("Continue with it", resume), button("Discard it", forget));
    const text = document.createElement("div");
    text.append(words, buttons);
    place.append(text);
    form.before(place);
  };

  window.kbEditor.offer = (draft, entries) => {
    for (const old of document.querySelectorAll(".draft-here")) old.remove();
    for (const entry of entries) banner(draft, entry);
  };
})();
