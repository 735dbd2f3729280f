// What earlier windows left in this browser for a form that asks or answers: put back, or offered.
(() => {
  "use strict";

  const { remove, leftOf } = window.kbStored;
  const EXCERPT = 80; // characters

  const when = (at) => {
    const today = new Date().toDateString() === new Date(at).toDateString();
    const style = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    return new Date(at).toLocaleString("en-GB", style);
  };

  const button = (words, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "text-button", textContent: words });
    made.addEventListener("click", act);
    return made;
  };

  const note = ({ form }, words, ...buttons) => {
    const place = document.createElement("p");
    place.className = "answer-kept";
    place.setAttribute("role", "status");
    const said = document.createElement("span");
    said.textContent = words;
    place.append(said, ...buttons);
    form.querySelector(".answer-error").after(place);
    return place;
  };

  const fill = (typed, key, entry) => {
    const { seen } = typed.form.elements;
    for (const area of typed.areas) area.value = entry.fields[area.name] ?? area.value;
    // Over the answer that its author saw: if there is another by now, both are shown on saving.
    const before = entry.fields.seen ?? entry.seen;
    if (seen && before) seen.value = before;
    typed.later();
    if (!typed.nowhere) remove(key);
  };

  // It goes on from what the server has.
  const putBack = (typed, key, entry) => {
    fill(typed, key, entry);
    typed.form.querySelector("[data-discard]")?.closest(".answer-kept").remove();
    const discard = button("Discard", () => typed.startAgain());
    note(typed, `Your unsaved text from ${when(entry.at)} is back.`, discard);
  };

  // It is another text, told apart by how it begins.
  const offer = (typed, key, entry) => {
    const lines = `${entry.fields.words ?? ""}\n${entry.fields.answer ?? ""}`.split("\n");
    const line = lines
      .find((words) => words.trim())
      ?.trim()
      .slice(0, EXCERPT);
    const decided = (act) => () => {
      place.remove();
      act();
      typed.areas.at(-1).focus();
    };
    const place = note(
      typed,
      `This browser kept other text of yours from ${when(entry.at)}${line ? `: “${line}”` : "."}`,
      button(
        "Use it",
        decided(() => fill(typed, key, entry)),
      ),
      button(
        "Discard it",
        decided(() => remove(key)),
      ),
    );
  };

  window.kbLeft = (typed) => {
    let isBack = false;
    for (const [key, entry] of leftOf(typed)) {
      const same = typed.areas.every(({ name, value }) => (entry.fields[name] ?? value) === value);
      // What was sent to a draft that was saved or discarded since.
      const ended = entry.sent && entry.draft && entry.draft !== typed.draft;
      if (same || ended) remove(key);
      else if (!isBack && (entry.since ?? "") === typed.since) {
        isBack = true;
        putBack(typed, key, entry);
      } else offer(typed, key, entry);
    }
  };
})();
