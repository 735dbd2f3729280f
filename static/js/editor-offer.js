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

  // The rows that were added in the admin's form, once more.
  const addRows = (form, fields) => {
    for (const prefix of ["items", "questions"]) {
      const [name, add] = [
        `${prefix}-TOTAL_FORMS`,
        form.querySelector(`#${prefix}-group .add-row a`),
      ];
      let missing = Number(fields[name] ?? 0) - Number(form.elements.namedItem(name)?.value ?? 0);
      for (; add && missing > 0; missing -= 1) add.click();
    }
  };

  // Put kept fields into the form; the notes in a way that can be undone. Whether all found a place.
  const fill = (form, fields) => {
    addRows(form, fields);
    let placed = true;
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      const editor = field && window.kbEditor.of(field);
      if (editor) editor.edit({ start: 0, end: editor.value.length, text: value, select: [0, 0] });
      else if (!field) placed = false;
      else if (field.type !== "checkbox") field.value = value;
    }
    for (const field of form.elements) {
      if (field.type === "checkbox" && field.name) field.checked = field.name in fields;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    return placed;
  };

  const EXCERPT = 80; // characters
  const short = (line) => (line.length > EXCERPT ? `${line.slice(0, EXCERPT).trimEnd()}…` : line);

  // What a kept text says that the shown one does not, to tell several apart: as the server does.
  const excerpt = ({ notes = "", title = "" }, shown) => {
    const added = (text, other) => {
      const known = new Set(other.split("\n"));
      return text
        .split("\n")
        .find((line) => line.trim() && !known.has(line))
        ?.trim();
    };
    const line = added(notes, shown);
    const gone = line ? "" : added(shown, notes);
    return line ? short(line) : gone ? `without: ${short(gone)}` : short(title);
  };

  const banner = (draft, [key, entry]) => {
    const { form } = draft;
    const place = document.createElement("div");
    place.className = "notice draft-here";
    const words = document.createElement("p");
    const when = new Date(entry.at).toLocaleString("en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
    });
    words.textContent = `This browser kept text of yours for this page that was not sent, from ${when}.`;
    const said = document.createElement("p");
    said.className = "draft-words";
    said.textContent = excerpt(entry.fields, form.elements.notes.defaultValue);
    const buttons = document.createElement("p");
    buttons.className = "notice-buttons";
    const resume = () => {
      const shown = form.dataset;
      if (entry.section !== shown.section || (entry.place ?? "") !== (shown.place ?? "")) {
        // A new page has a place, where it is not one from before they had.
        const query = shown.page ? { section: entry.section ?? "" } : { draft: entry.place || 1 };
        location.assign(`${new URL(form.action).pathname}?${new URLSearchParams(query)}`);
        return;
      }
      place.remove();
      // It stays in the browser until the server has all of it.
      if (fill(form, entry.fields)) {
        draft.resumed = () => {
          draft.kept.drop(key);
          draft.resumed = null;
        };
      }
      form.querySelector(".editor textarea")?.focus();
    };
    const forget = () => {
      draft.kept.drop(key);
      place.remove();
      form.querySelector(".editor textarea")?.focus();
    };
    buttons.append(button("Continue with it", resume), button("Discard it", forget));
    const text = document.createElement("div");
    text.append(words, said, buttons);
    place.append(text);
    form.before(place);
  };

  window.kbEditor.offer = (draft, entries) => {
    for (const old of document.querySelectorAll(".draft-here")) old.remove();
    for (const entry of entries) banner(draft, entry);
  };
})();
