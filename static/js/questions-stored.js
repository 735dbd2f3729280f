// What is typed as a question or an answer: the server that keeps it, and this browser for what
// the server has not got yet.
//
// An entry in the browser is `{ fields, page, place, draft, since, at, alive, left, sent }`: what
// was typed, by the fields' names; which form it is; the number of its draft and when that was
// last written, as far as was known; when it was typed and when its window was last heard of;
// whether that window was closed, and whether a last request was on its way with all of it.
(() => {
  "use strict";

  const { drafts, discard, person } = document.currentScript.dataset;
  const PREFIX = `kb.asked.${person}.`;
  const LONGEST = 30 * 24 * 60 * 60 * 1000; // milliseconds that an entry is kept
  const ALIVE = 40000; // milliseconds in which an open window says again what the server lacks
  const HERE = "kept in this browser";
  const OFFLINE = `Not connected: ${HERE}.`;
  const LOGGED_OUT = `You are logged out: ${HERE}. Log in again in another tab.`;
  const FAILED = `The server did not answer as it should: ${HERE}.`;

  // -- this browser -----------------------------------------------------------------------------

  // Storage may be full or forbidden: then nothing is kept.
  const attempt = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
  const remove = (key) => attempt(() => localStorage.removeItem(key));
  const put = (key, entry) =>
    attempt(() => {
      localStorage.setItem(key, JSON.stringify({ ...entry, alive: Date.now() }));
      return true;
    });

  // A form's entries begin like this; each window has one of its own.
  const prefixOf = ({ place, page }) => PREFIX + (place === "ask" ? `ask.${page}` : place);
  const ownKey = (form) =>
    `${prefixOf(form)}.${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;

  // All that is kept, as `[key, entry]`, the last first.
  const all = (prefix = PREFIX) => {
    const keys = attempt(() => Object.keys(localStorage)) ?? [];
    return keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => [key, read(key)])
      .filter(([, entry]) => entry?.fields)
      .sort((one, other) => other[1].at - one[1].at);
  };
  const isLeft = ([, entry]) => entry.left || !(Date.now() - entry.alive < ALIVE);
  const allOf = (form) => {
    const prefix = prefixOf(form);
    return all(prefix).filter(([key]) => key === prefix || key[prefix.length] === ".");
  };
  // What windows that are closed have left for a form.
  const leftOf = (form) => allOf(form).filter(isLeft);
  // A form came back from the server with what was sent, which it keeps.
  const dropSent = (form) => {
    for (const [key, entry] of allOf(form)) if (entry.sent) remove(key);
  };

  // -- the server -------------------------------------------------------------------------------

  // An answer that is none: `reason` is the server's word for it.
  class Refused extends Error {
    constructor(message, reason = "") {
      super(message);
      this.reason = reason;
    }
  }

  // The cookie is newer than the forms where somebody logged in again in another tab.
  const token = () =>
    document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ??
    document.querySelector("[name=csrfmiddlewaretoken]")?.value ??
    "";

  const bodyOf = (told) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...told, csrfmiddlewaretoken: token() }))
      body.append(name, value);
    return body;
  };

  const post = async (url, told, signal) => {
    let response;
    try {
      const headers = { Accept: "application/json" };
      response = await fetch(url, {
        method: "POST",
        body: bodyOf(told),
        headers,
        credentials: "same-origin",
        signal,
      });
    } catch {
      throw new Refused(OFFLINE, "offline");
    }
    if (response.redirected) throw new Refused(LOGGED_OUT, "offline");
    const json = (response.headers.get("Content-Type") || "").includes("json");
    const answer = json ? await response.json() : {};
    if (response.ok && json) return answer;
    throw new Refused(
      answer.error ? `${answer.error} This text is ${HERE}.` : FAILED,
      answer.reason,
    );
  };

  const told = ({ fields, page, place, draft, since }) => ({
    ...fields,
    person,
    page,
    place,
    draft,
    since,
  });

  // Give the server an entry; its `draft` and `since` become those of the draft that has it then.
  const send = async (entry, signal) => {
    if (!entry.draft) {
      const { page, place } = entry;
      entry.draft = (await post(drafts, { person, page, place }, signal)).draft;
    }
    entry.since = (await post(drafts, told(entry), signal)).saved_at;
  };

  // The last words of a window; whether they arrive is told another time.
  const sendLast = (entry) =>
    Boolean(
      entry.draft &&
        navigator.onLine &&
        navigator.sendBeacon(drafts, bodyOf({ ...told(entry), leaving: "1" })),
    );

  const forget = ({ page, place, since }) => post(discard, { page, place, kept: since });

  // Whether a draft is still the one that is known, and when it was last written.
  const look = ({ page, place }) => post(drafts, { person, page, place });

  // What was not sent in another window, for which there is no form here.
  const sendLeft = async (isHere) => {
    for (const [key, entry] of all().filter(isLeft)) {
      if (!(entry.at > Date.now() - LONGEST)) remove(key);
      else if (entry.place && !isHere(entry) && (entry.draft || !entry.sent)) {
        try {
          await send(entry);
          remove(key);
        } catch ({ reason }) {
          // It was saved or discarded in the meantime.
          if (reason === "ended" && entry.sent) remove(key);
          if (reason === "offline") return;
        }
      }
    }
  };

  window.kbStored = {
    put,
    remove,
    ownKey,
    leftOf,
    dropSent,
    send,
    sendLast,
    sendLeft,
    forget,
    look,
  };
})();
