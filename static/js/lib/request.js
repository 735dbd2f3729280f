// Requests to our own server, with the CSRF token; failures become sentences for users.

const MESSAGES = {
  offline: "There is no connection to the server.",
  "logged-out": "You are logged out. Log in again in another tab.",
  failed: "The server returned an unexpected response.",
};

// A failed request. `kind` is "offline", "logged-out", "failed", or "refused" if the message is the
// server's own; `reason` is the server's code for scripts, `body` the HTML of the response.
class RequestError extends Error {
  constructor(kind, { error, reason = "", status = 0, body = "" } = {}) {
    super(error ?? MESSAGES[kind]);
    Object.assign(this, { kind, reason, status, body });
  }
}

// Prefer the cookie: after logging in again in another tab, the token in a form is out of date.
export const csrfToken = () =>
  document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ??
  document.querySelector("[name=csrfmiddlewaretoken]")?.value ??
  "";

export const headers = () => ({ Accept: "application/json", "X-CSRFToken": csrfToken() });

export const formData = (fields) => {
  const isForm = fields instanceof FormData;
  const body = isForm ? fields : new FormData();
  // The header has a newer token than the form.
  if (isForm) body.delete("csrfmiddlewaretoken");
  else for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return body;
};

// Get `url`, or post `fields` to it. Return the JSON or, with `html`, the HTML of the response.
// Throw a RequestError, or an AbortError if `signal` aborts.
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
    throw error.name === "AbortError" ? error : new RequestError("offline");
  }
  const { status } = response;
  // The only redirect is to the log-in page.
  if (response.redirected) throw new RequestError("logged-out", { status });
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  if (response.ok && isJson !== html) return isJson ? JSON.parse(answer) : answer;
  if (!isJson) throw new RequestError("failed", { status, body: answer });
  const data = JSON.parse(answer);
  throw new RequestError(data.error ? "refused" : "failed", { ...data, status });
};
