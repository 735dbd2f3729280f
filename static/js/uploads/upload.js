// Upload files to the server, or directly to its bucket, a few at a time.
//
// An upload calls `onChange(upload)` for each state: waiting, sending (with `part` from 0 to 1),
// checking, done (with `result`), refused (with `error`, and `canRetry` if a new attempt may help)
// or cancelled. services/views/attachment_upload.py describes the requests.

import { formData, headers, request } from "../lib/request.js";

const MAX_RUNNING = 3;
// Milliseconds to wait for the response after sending: the server may have to copy a large file.
const RESPONSE_TIMEOUT = 180000;
const LOST = "The connection was lost, so the file was not uploaded.";
const LOGGED_OUT = "You are logged out. Log in again in another tab, then try again.";
const TOO_LARGE = "This file is too large for the server.";
const FAILED = "The server returned an unexpected response.";

class UploadError extends Error {
  constructor(message, canRetry, status = 0) {
    super(message);
    Object.assign(this, { canRetry, status });
  }
}

class UploadCancelled extends Error {}

// Return the server's data about the file; throw an UploadError if it was not stored.
const readResponse = (xhr, url) => {
  let data = null;
  try {
    data = JSON.parse(xhr.responseText);
  } catch {
    // Not from our views, but the log-in page or a proxy.
  }
  const file = data?.files?.[0] ?? data;
  // 409: the upload must start again. 5xx: the storage is unavailable.
  const { status } = xhr;
  if (file?.error) throw new UploadError(file.error, status === 409 || status >= 500, status);
  if (file && status < 300) return file;
  const isRedirected =
    new URL(xhr.responseURL || url, location).pathname !== new URL(url, location).pathname;
  if (isRedirected) throw new UploadError(LOGGED_OUT, true);
  throw status === 413 ? new UploadError(TOO_LARGE, false) : new UploadError(FAILED, true);
};

export class Upload {
  state = "waiting";
  part = 0;
  token = "";
  arrived = false;

  constructor(file, page, urls, onChange) {
    Object.assign(this, { file, page, urls, onChange });
  }

  get name() {
    return this.file.name || "picture";
  }

  get isOver() {
    return ["done", "refused", "cancelled"].includes(this.state);
  }

  setState(state, more = {}) {
    Object.assign(this, { state }, more);
    this.onChange(this);
  }

  async run() {
    this.setState("sending", { part: 0 });
    try {
      this.setState("done", { result: await this.send() });
    } catch (error) {
      if (error instanceof UploadCancelled) return;
      const { message, canRetry = true } =
        error instanceof UploadError ? error : new UploadError(FAILED, true);
      this.setState("refused", { error: message, canRetry });
    }
  }

  async send() {
    if (this.arrived) return this.finish();
    const { name, page, urls } = this;
    const target = await this.postFields(urls.beginUrl, { name, page, size: this.file.size });
    if (!target.put) return this.post();
    this.token = target.token;
    if (await this.put(target)) return this.finish();
    // The bucket cannot be reached from this browser, or refuses the upload.
    this.abandon();
    return this.post();
  }

  post() {
    const { file, name, page, urls } = this;
    this.setState("sending", { part: 0 });
    const body = formData({ page });
    body.append("file", file, name);
    return this.postFields(urls.uploadUrl, body, true);
  }

  async put({ put, type }) {
    try {
      const xhr = await this.request("PUT", put, this.file, { "Content-Type": type }, true);
      this.arrived = xhr.status >= 200 && xhr.status < 300;
    } catch (error) {
      if (error instanceof UploadCancelled) throw error;
    }
    return this.arrived;
  }

  async finish() {
    this.setState("checking");
    try {
      const file = await this.postFields(this.urls.finishUrl, { token: this.token });
      this.token = "";
      return file;
    } catch (error) {
      // If the storage is only unavailable, keep the file that arrived for the next attempt.
      if (!error.canRetry || error.status === 409 || error.message === LOST) this.reset();
      throw error;
    }
  }

  reset() {
    this.abandon();
    this.arrived = false;
  }

  async postFields(url, fields, shown = false) {
    const xhr = await this.request("POST", url, formData(fields), headers(), shown);
    return readResponse(xhr, url);
  }

  // Send a request; with `shown`, its progress is shown as that of the upload.
  request(method, url, body, requestHeaders, shown) {
    return new Promise((resolve, reject) => {
      if (this.state === "cancelled") throw new UploadCancelled();
      const xhr = new XMLHttpRequest();
      this.xhr = xhr;
      xhr.open(method, url);
      for (const [name, value] of Object.entries(requestHeaders)) xhr.setRequestHeader(name, value);
      if (shown) {
        const showProgress = ({ loaded, total }) =>
          this.setState("sending", { part: total ? loaded / total : 0 });
        xhr.upload.addEventListener("progress", showProgress);
        xhr.upload.addEventListener("load", () => this.setState("checking"));
      }
      // Start the timeout after sending, which may take long on a slow connection.
      let timer;
      const startTimeout = () => {
        timer = setTimeout(() => {
          reject(new UploadError(LOST, true));
          xhr.abort();
        }, RESPONSE_TIMEOUT);
      };
      if (body) xhr.upload.addEventListener("load", startTimeout);
      xhr.addEventListener("loadend", () => clearTimeout(timer));
      xhr.addEventListener("load", () => resolve(xhr));
      xhr.addEventListener("error", () => reject(new UploadError(LOST, true)));
      xhr.addEventListener("abort", () => reject(new UploadCancelled()));
      xhr.send(body);
    });
  }

  // After sending, the server may have stored the file already.
  get canCancel() {
    return this.state === "waiting" || this.state === "sending";
  }

  cancel() {
    this.setState("cancelled");
    this.xhr?.abort();
    this.abandon();
  }

  // Delete what was sent to the bucket.
  abandon() {
    if (!this.token) return;
    // If this fails, the server deletes it later.
    const options = { fields: { token: this.token }, keepalive: true };
    request(this.urls.abandonUrl, options).catch(() => {});
    this.token = "";
  }
}

const waiting = [];
let running = 0;

const startNext = () => {
  while (running < MAX_RUNNING && waiting.length) {
    const upload = waiting.shift();
    if (upload.state === "cancelled") continue;
    running += 1;
    upload.run().finally(() => {
      running -= 1;
      startNext();
    });
  }
};

export const start = (upload) => {
  upload.setState("waiting");
  waiting.push(upload);
  startNext();
};

addEventListener("beforeunload", (event) => {
  if (running || waiting.length) event.preventDefault();
});
