// Questions: asking, answering and dismissing without leaving the page, and the inbox by keyboard.
//
// The server says everything that is shown: after a change the page is loaded anew, at the same
// place. What was typed stays in its field until the server has it.
(() => {
  "use strict";

  const OUT =
    "You are logged out. Your text is still here: log in again in another tab, then save.";
  const OFF = "There is no connection. Your text is still here: save it when you are back.";
  const FAILED = "This could not be saved. Your text is still here: try again in a moment.";
  const PLACE = "kb.questions.place";

  // What keeps the text of a form as a draft.
  const typed = (form) => window.kbTyped?.of(form);
  // Has the form something that closing it would be the end of?
  const holds = (form) => form.dataset.keep === "always" || Boolean(typed(form)?.holds);

  // -- saving -----------------------------------------------------------------------------------

  const tell = (form, sentence) => {
    let place = form.querySelector(".answer-error");
    if (!place) {
      place = document.createElement("p");
      place.className = "answer-error";
      place.setAttribute("role", "alert");
      form.append(place);
    }
    place.textContent = sentence;
    place.hidden = !sentence;
  };

  const send = async (form, submitter) => {
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    tell(form, "");
    await typed(form)?.settle();
    const body = new FormData(form);
    if (submitter && submitter.name) body.append(submitter.name, submitter.value);
    // Whoever logged in again in another tab has another token now.
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (token) body.set("csrfmiddlewaretoken", token[1]);
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      if (response.redirected || response.status === 403) tell(form, OUT);
      else if (response.ok) return go(form, (await response.json()).to);
      else if (response.status === 400) tell(form, (await response.json()).error);
      else if (response.status === 409 || response.status === 410) return decide(form, submitter);
      else tell(form, FAILED);
    } catch {
      tell(form, OFF);
    }
    delete form.dataset.busy;
    typed(form)?.resume();
  };

  // Something is to be decided: the server has a page for that, with what was typed.
  const decide = (form, submitter) => {
    if (submitter && submitter.name) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
      form.append(field);
    }
    form.submit();
  };

  const go = (form, to) => {
    typed(form)?.done();
    const there = new URL(to, location.href);
    if (there.pathname + there.search !== location.pathname + location.search) {
      location.assign(there);
      return;
    }
    keepPlace(form, there.hash.slice(1));
    history.replaceState(null, "", there);
    location.reload();
  };

  // Where to be afterwards: at the question, or, where it left the list, at the one after it.
  const keepPlace = (form, id) => {
    const all = [...document.querySelectorAll("[data-question]")].map((entry) => entry.id);
    const at = all.indexOf(form.closest("[data-question]")?.id);
    const ids = at < 0 ? [id] : [id, ...all.slice(at), ...all.slice(0, at).reverse()];
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(ids));
    } catch {
      // Storage may be forbidden: then the browser keeps the place as well as it can.
    }
  };

  const takePlace = () => {
    let ids = [];
    try {
      ids = JSON.parse(sessionStorage.getItem(PLACE) || "[]");
      sessionStorage.removeItem(PLACE);
    } catch {
      return;
    }
    if (!ids.length) return;
    const entry = ids.map((id) => document.getElementById(id)).find(Boolean);
    const messages = document.querySelector(".messages");
    if (messages) bringNear(messages, entry);
    if (!entry) return;
    const folded = entry.closest("details");
    if (folded) folded.open = true;
    focus(entry);
    // Until then the browser may still put the page back to where it was, with the entry covered.
    const uncover = () => requestAnimationFrame(() => entry.scrollIntoView({ block: "nearest" }));
    if (document.readyState === "complete") uncover();
    else addEventListener("load", () => setTimeout(uncover));
  };

  // The message is at the top, and the person is not.
  const bringNear = (messages, entry) => {
    const region = messages.parentElement;
    const main = region.parentElement;
    messages.classList.add("messages-near");
    main.classList.add("with-message");
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "text-button", textContent: "Close" });
    close.addEventListener("click", () => {
      messages.remove();
      main.classList.remove("with-message");
      if (entry) focus(entry);
    });
    messages.lastElementChild.append(close);
    // A region speaks when its words change, not when it comes with the page.
    messages.remove();
    setTimeout(() => region.append(messages), 100);
  };

  // -- the answer's form in its place -----------------------------------------------------------

  const load = (node) =>
    new Promise((done) => {
      const link = node.tagName === "LINK";
      const known = [...document.querySelectorAll(link ? "link" : "script")];
      if (known.some((one) => (link ? one.href === node.href : one.src === node.src)))
        return done();
      const copy = document.createElement(link ? "link" : "script");
      for (const { name, value } of node.attributes) copy.setAttribute(name, value);
      // In the order that they are in, as the parts of the editor need it.
      if (!link) copy.async = false;
      copy.addEventListener("load", done);
      copy.addEventListener("error", done);
      document.head.append(copy);
    });

  const open = async (link) => {
    const entry = link.closest("[data-question]");
    const there = entry && entry.querySelector(".answer-form");
    if (!entry || there) {
      if (there) there.querySelector("textarea").focus();
      return;
    }
    if (link.dataset.busy) return;
    link.dataset.busy = "yes";
    try {
      await window.kbTyped?.ready;
      const response = await fetch(`${link.href}&part=1`, { credentials: "same-origin" });
      if (response.redirected || !response.ok) {
        location.assign(link.href);
        return;
      }
      const part = new DOMParser().parseFromString(await response.text(), "text/html");
      const form = document.importNode(part.querySelector("form"), true);
      link.closest(".question-actions").after(form);
      // Before anybody can type in it.
      form.dispatchEvent(new CustomEvent("kb:opened", { bubbles: true }));
      // The editor's own styles and scripts, which the page had no need of so far.
      await Promise.all([...part.querySelectorAll("link, script")].map(load));
      form.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
      form.querySelector("textarea").focus();
    } catch {
      location.assign(link.href);
    } finally {
      delete link.dataset.busy;
    }
  };

  // Whether what was typed is discarded, or there is nothing.
  const dropped = (form) => {
    if (holds(form) && !confirm("Discard what you typed?")) return null;
    return (
      typed(form)
        ?.discard()
        .catch(() => null) ?? Promise.resolve()
    );
  };

  const close = (form) => {
    if (!dropped(form)) return;
    const entry = form.closest("[data-question]");
    form.remove();
    entry.querySelector("[data-answer]")?.focus();
  };

  document.addEventListener("click", (event) => {
    const plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const answer = event.target.closest("[data-answer]");
    const cancel = event.target.closest("[data-cancel]");
    const copy = event.target.closest("[data-copy]");
    if (plain && answer) {
      event.preventDefault();
      open(answer);
    } else if (plain && cancel) {
      const form = cancel.closest("form");
      event.preventDefault();
      if (form.closest("[data-question]")) close(form);
      else dropped(form)?.then(() => location.assign(cancel.href));
    } else if (copy) {
      const area = document.getElementById(copy.dataset.copy);
      area.select();
      navigator.clipboard?.writeText(area.value).then(() => (copy.textContent = "Copied"));
    }
  });

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("[data-in-place]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });

  // -- keys -------------------------------------------------------------------------------------

  const focus = (entry) => {
    entry.focus({ preventScroll: true });
    entry.scrollIntoView({ block: "nearest" });
  };

  const inForm = (event, form) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && !event.altKey && (event.key === "Enter" || event.key.toLowerCase() === "s")) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".button-main"));
    } else if (event.key === "Escape" && !holds(form)) {
      if (form.closest("[data-question]")) close(form);
      else if (form.closest("details")) {
        form.closest("details").open = false;
        form.closest("details").querySelector("summary").focus();
      }
    }
  };

  const inInbox = (event, inbox) => {
    const entries = [...inbox.querySelectorAll("[data-question]")];
    const entry = event.target.closest("[data-question]");
    const at = entries.indexOf(entry);
    const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
    const itself = event.target === entry;
    if (step) {
      const to = entries[Math.min(Math.max(at + step, 0), entries.length - 1)];
      event.preventDefault();
      focus(to);
    } else if (entry && (event.key === "a" || (event.key === "Enter" && itself))) {
      event.preventDefault();
      const answer = entry.querySelector("[data-answer]");
      if (answer) open(answer);
    } else if (entry && event.key === "d") {
      event.preventDefault();
      entry.querySelector("[data-dismiss]")?.requestSubmit();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const form = event.target.closest(".answer-form");
    if (form) {
      inForm(event, form);
      return;
    }
    // Single keys only where the focus is within the list (WCAG 2.1.4), and alone.
    const inbox = event.target.closest(".inbox");
    const alone = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (inbox && alone && !event.target.matches("input, textarea, select")) inInbox(event, inbox);
  });

  // -- at the start -----------------------------------------------------------------------------

  // One entry can be reached with Tab; the others are a key away from it.
  const inbox = document.querySelector(".inbox");
  const first = inbox && inbox.querySelector("[data-question]");
  if (first) {
    first.tabIndex = 0;
    inbox.addEventListener("focusin", (event) => {
      const entry = event.target.closest("[data-question]");
      if (!entry) return;
      inbox.querySelector('[data-question][tabindex="0"]')?.setAttribute("tabindex", "-1");
      entry.tabIndex = 0;
    });
    const begin = document.querySelector("[data-begin]");
    begin.hidden = false;
    begin.addEventListener("click", () =>
      focus(inbox.querySelector('[data-question][tabindex="0"]')),
    );
  }
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  takePlace();
})();
