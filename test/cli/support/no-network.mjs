/** @file Preloaded into processes of tests: no server has a name, so nothing is downloaded. */
import dns from "node:dns";
import { isIP } from "node:net";

const { lookup } = dns;

dns.lookup = (hostname, options, callback) => {
  if (isIP(hostname)) return lookup(hostname, options, callback); // as 127.0.0.1, of this machine
  const done = callback ?? options;
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" });
  process.nextTick(() => done(error));
};
