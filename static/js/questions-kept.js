// What is typed as a question or an answer stays in this browser until it is saved or discarded.
//
// An entry is `{ fields, seen, at }`, for one person and one question or page: what was typed by
// the fields' names, the mark of the answer that it was typed over, and when. The form beside a
// page has fewer fields than the one with a page of its own, and leaves the others as they are.
(() => {
  "use strict";

  const PREFIX = "kb.asked.";
  const SENT = "kb.asked-sent";
  const LONGEST = 30 * 24 * 60 * 60 * 1000;
  const first = new WeakMap();

  // Storage may be full or forbidden: then nothing is kept.
  const attempt = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
  const write = (key, entry) => attempt(() => localStorage.setItem(key, JSON.stringify(entry)));
  const remove = (key) => attempt(() => localStorage.removeItem(key));

  const keyOf = (form) => `${PREFIX}${form.dataset.person}.${form.dataset.kept}`;
  const fieldsOf = (form) => [...form.querySelectorAll("[name=words], [name=answer]")];
  // Such a form came with what was typed: nothing is to be put in its place.
  const isFilled = (form) => form.dataset.keep === "always";

  const keep = (form) => {
    const key = keyOf(form);
    const fields = { ...read(key)?.fields };
    for (const field of fieldsOf(form)) {
      if (field.value === field.defaultValue) delete fields[field.name];
      else fields[field.name] = field.value;
    }
    if (!Object.keys(fields).length) remove(key);
    else write(key, { fields, seen: form.elements.seen?.value, at: Date.now() });
  };

  // What the form has is saved or discarded.
  const drop = (form) => {
    const key = keyOf(form);
    const entry = read(key);
    for (const field of fieldsOf(form)) delete entry?.fields[field.name];
    if (entry && Object.keys(entry.fields).length) write(key, entry);
    else remove(key);
  };

  const moment = (at) => {
    const today = new Date().toDateString() === new Date(at).toDateString();
    const style = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    return new Date(at).toLocaleString("en-GB", style);
  };

  const note = (form, at, discard) => {
    const place = document.createElement("p");
    place.className = "answer-kept";
    place.setAttribute("role", "status");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "text-button", textContent: "Discard" });
    button.addEventListener("click", () => {
      place.remove();
      discard();
    });
    place.append(`Your unsaved text from ${moment(at)} is back. `, button);
    form.querySelector(".answer-error").before(place);
  };

  const open = (form) => {
    if (first.has(form)) return;
    const seen = form.elements.seen?.value;
    first.set(form, seen);
    const entry = read(keyOf(form));
    if (!entry?.fields || isFilled(form)) return;
    const put = fieldsOf(form).filter(({ name, defaultValue }) => (entry.fields[name] ?? defaultValue) !== defaultValue);
    if (!put.length) return;
    for (const field of put) field.value = entry.fields[field.name];
    // Over the answer that its author saw: if there is another by now, both are shown on saving.
    if (entry.seen) form.elements.seen.value = entry.seen;
    form.dataset.restored = JSON.stringify(fieldsOf(form).map((field) => field.value));
    note(form, entry.at, () => {
      drop(form);
      for (const field of fieldsOf(form)) field.value = field.defaultValue;
      if (entry.seen) form.elements.seen.value = seen;
      put[0].focus();
    });
  };

  const openAll = () => document.querySelectorAll("form[data-kept]").forEach(open);

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-kept]");
    if (form && fieldsOf(form).includes(event.target)) keep(form);
  });
  // Said by `questions.js`.
  document.addEventListener("kb:opened", (event) => open(event.target));
  document.addEventListener("kb:done", (event) => event.target.dataset.kept && drop(event.target));

  // Sent without our script, it is saved when another page comes back than one with such a form.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.dataset.kept || !isFilled(form)) return;
    attempt(() => sessionStorage.setItem(SENT, keyOf(form)));
  });
  const sent = attempt(() => sessionStorage.getItem(SENT));
  if (sent) {
    attempt(() => sessionStorage.removeItem(SENT));
    if (![...document.querySelectorAll("form[data-kept]")].some(isFilled)) remove(sent);
  }
  for (const key of attempt(() => Object.keys(localStorage)) ?? []) {
    if (key.startsWith(PREFIX) && !(read(key)?.at > Date.now() - LONGEST)) remove(key);
  }
  openAll();
  addEventListener("pageshow", (event) => event.persisted && openAll());
})();
