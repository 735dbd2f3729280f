// Requests to our own server: the CSRF token goes along, and what cannot be used becomes a sentence.

const WORDS = {
  offline: "There is no connection to the server.",
  "logged-out": "You are logged out. Log in again in another tab.",
  failed: "The server did not answer as it should.",
};

// An answer that cannot be used. `kind` is "offline", "logged-out", "failed", or "refused" where
// the message is the server's own; `reason` is its word for scripts, `body` the HTML it sent.
class Refused extends Error {
  constructor(kind, { error, reason = "", status = 0, body = "" } = {}) {
    super(error ?? WORDS[kind]);
    Object.assign(this, { kind, reason, status, body });
  }
}

// The cookie is newer than a form of the page where one logged in again in another tab.
export const csrfToken = () =>
  document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ??
  document.querySelector("[name=csrfmiddlewaretoken]")?.value ??
  "";

export const headers = () => ({ Accept: "application/json", "X-CSRFToken": csrfToken() });

export const formData = (fields) => {
  const isForm = fields instanceof FormData;
  const body = isForm ? fields : new FormData();
  // The header has a newer token.
  if (isForm) body.delete("csrfmiddlewaretoken");
  else for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return body;
};

// Gets `url`, or posts `fields` to it. Returns the JSON or, with `html`, the piece of a page that
// the server answers; throws a Refused, or an AbortError where `signal` says so.
export const request = async (url, { query, fields, html = false, signal, keepalive } = {}) => {
  const address = query ? `${url}?${new URLSearchParams(query)}` : url;
  const options = fields
    ? { method: "POST", body: formData(fields), headers: headers(), signal, keepalive }
    : { signal };
  let response;
  let answer;
  try {
    response = await fetch(address, options);
    answer = await response.text();
  } catch (error) {
    throw error.name === "AbortError" ? error : new Refused("offline");
  }
  const { status } = response;
  // A redirect leads to the log-in page.
  if (response.redirected) throw new Refused("logged-out", { status });
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  if (response.ok && isJson !== html) return isJson ? JSON.parse(answer) : answer;
  if (!isJson) throw new Refused("failed", { status, body: answer });
  const data = JSON.parse(answer);
  throw new Refused(data.error ? "refused" : "failed", { ...data, status });
};
