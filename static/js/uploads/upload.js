// Files on their way: to the server, or straight to its bucket, a few at a time.
//
// An upload tells of itself by `changed(upload)`: it is waiting, sending (with `part` from 0 to 1),
// checking, done (with `result`), refused (with `error`, and `again` where another try may help) or
// cancelled. See services/views/attachment_upload.py for what is asked and answered.

import { formData, headers, request } from "../lib/request.js";

const AT_ONCE = 3;
// Milliseconds in which the server is to answer once it has all: it may have to copy a large file.
const PATIENCE = 180000;
const LOST = "The connection was lost, so the file did not arrive.";
const LOGGED_OUT = "You are logged out. Log in again in another tab, then try again.";
const TOO_LARGE = "This file is too large for the server.";
const FAILED = "The server did not answer as it should.";

class Refused extends Error {
  constructor(message, again, status = 0) {
    super(message);
    Object.assign(this, { again, status });
  }
}

class Cancelled extends Error {}

// What the server says of one file; throws a Refused where that is no file.
const answer = (xhr, url) => {
  let data = null;
  try {
    data = JSON.parse(xhr.responseText);
  } catch {
    // Not from our views: a log-in, or something in between.
  }
  const one = data?.files?.[0] ?? data;
  // 409: the upload is to begin again. 5xx: the storage is down for now.
  if (one?.error) throw new Refused(one.error, xhr.status === 409 || xhr.status >= 500, xhr.status);
  if (one && xhr.status < 300) return one;
  const elsewhere =
    new URL(xhr.responseURL || url, location).pathname !== new URL(url, location).pathname;
  if (elsewhere) throw new Refused(LOGGED_OUT, true);
  throw xhr.status === 413 ? new Refused(TOO_LARGE, false) : new Refused(FAILED, true);
};

export class Upload {
  state = "waiting";
  part = 0;
  token = "";
  arrived = false;

  constructor(file, page, urls, changed) {
    Object.assign(this, { file, page, urls, changed });
  }

  get name() {
    return this.file.name || "picture";
  }

  get isOver() {
    return ["done", "refused", "cancelled"].includes(this.state);
  }

  to(state, more = {}) {
    Object.assign(this, { state }, more);
    this.changed(this);
  }

  async run() {
    this.to("sending", { part: 0 });
    try {
      this.to("done", { result: await this.send() });
    } catch (error) {
      if (error instanceof Cancelled) return;
      const { message, again = true } =
        error instanceof Refused ? error : new Refused(FAILED, true);
      this.to("refused", { error: message, again });
    }
  }

  async send() {
    if (this.arrived) return this.finish();
    const { name, page, urls } = this;
    const begun = await this.ask(urls.beginUrl, { name, page, size: this.file.size });
    if (!begun.put) return this.post();
    this.token = begun.token;
    if (await this.put(begun)) return this.finish();
    // The bucket cannot be reached from here, or takes nothing from here.
    this.abandon();
    return this.post();
  }

  post() {
    const { file, name, page, urls } = this;
    this.to("sending", { part: 0 });
    const body = formData({ page });
    body.append("file", file, name);
    return this.ask(urls.uploadUrl, body, true);
  }

  async put({ put, type }) {
    try {
      const xhr = await this.request("PUT", put, this.file, { "Content-Type": type }, true);
      this.arrived = xhr.status >= 200 && xhr.status < 300;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
    }
    return this.arrived;
  }

  async finish() {
    this.to("checking");
    try {
      const file = await this.ask(this.urls.finishUrl, { token: this.token });
      this.token = "";
      return file;
    } catch (error) {
      // What arrived may still be there while the storage is only down.
      if (!error.again || error.status === 409 || error.message === LOST) this.begins();
      throw error;
    }
  }

  begins() {
    this.abandon();
    this.arrived = false;
  }

  async ask(url, fields, shown = false) {
    const xhr = await this.request("POST", url, formData(fields), headers(), shown);
    return answer(xhr, url);
  }

  // One request; `shown` says that how much of its body went is the progress of the upload.
  request(method, url, body, headed, shown) {
    return new Promise((resolve, reject) => {
      if (this.state === "cancelled") throw new Cancelled();
      const xhr = new XMLHttpRequest();
      this.xhr = xhr;
      xhr.open(method, url);
      for (const [name, value] of Object.entries(headed)) xhr.setRequestHeader(name, value);
      if (shown) {
        const moved = ({ loaded, total }) =>
          this.to("sending", { part: total ? loaded / total : 0 });
        xhr.upload.addEventListener("progress", moved);
        xhr.upload.addEventListener("load", () => this.to("checking"));
      }
      // From when all of it has gone: how long that takes is up to the connection.
      let patience;
      const sent = () => {
        patience = setTimeout(() => {
          reject(new Refused(LOST, true));
          xhr.abort();
        }, PATIENCE);
      };
      if (body) xhr.upload.addEventListener("load", sent);
      xhr.addEventListener("loadend", () => clearTimeout(patience));
      xhr.addEventListener("load", () => resolve(xhr));
      xhr.addEventListener("error", () => reject(new Refused(LOST, true)));
      xhr.addEventListener("abort", () => reject(new Cancelled()));
      xhr.send(body);
    });
  }

  // Too late once all of it has arrived: the server may have stored it already.
  get canCancel() {
    return this.state === "waiting" || this.state === "sending";
  }

  cancel() {
    this.to("cancelled");
    this.xhr?.abort();
    this.abandon();
  }

  // Nothing is to be left of what was sent to the bucket.
  abandon() {
    if (!this.token) return;
    // Where that fails too, the server sweeps it away.
    const options = { fields: { token: this.token }, keepalive: true };
    request(this.urls.abandonUrl, options).catch(() => {});
    this.token = "";
  }
}

const waiting = [];
let running = 0;

const next = () => {
  while (running < AT_ONCE && waiting.length) {
    const upload = waiting.shift();
    if (upload.state === "cancelled") continue;
    running += 1;
    upload.run().finally(() => {
      running -= 1;
      next();
    });
  }
};

export const start = (upload) => {
  upload.to("waiting");
  waiting.push(upload);
  next();
};

addEventListener("beforeunload", (event) => {
  if (running || waiting.length) event.preventDefault();
});
