/** @file Preloaded into processes of tests: no server has a name, so nothing is downloaded. */
import dns from "node:dns";

dns.lookup = (hostname, options, callback) => {
  const done = callback ?? options;
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" });
  process.nextTick(() => done(error));
};
