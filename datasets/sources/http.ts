/** @file Asks a server for the bytes of a file from a position on, with time limits and errors in words. */

import { FileError } from "../../engine/errors.ts";
import { errorCode } from "./files.ts";

/**
 * unreachable: no answer; refused: an answer, but not the file; interrupted: it broke off within the file;
 * checksum: whole, but not the expected bytes.
 */
export type DownloadFailure = "unreachable" | "refused" | "interrupted" | "checksum";

/** A file that did not come from the network. Trouble with the disk is a plain FileError. */
export class DownloadError extends FileError {
  readonly reason: DownloadFailure;

  constructor(reason: DownloadFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Time limits in seconds: until the answer begins, and for silence within it. */
export interface TimeLimits {
  readonly connectSeconds: number;
  readonly stallSeconds: number;
}

/** The bytes of a file from `start` on. */
export interface RemoteBytes {
  /** position of the first byte: as asked, or 0 if the server gives only the whole file */
  readonly start: number;
  /** size of the whole file, if the server says it */
  readonly total: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the server refuses connections",
  ECONNRESET: "the connection was reset",
  EAI_AGAIN: "no network (the name server does not answer)",
  EHOSTUNREACH: "no way to the server",
  ENETUNREACH: "no network",
  ENOTFOUND: "no network (the server's name is not known)",
  ETIMEDOUT: "the server does not answer",
  UND_ERR_CONNECT_TIMEOUT: "the server does not answer",
  UND_ERR_SOCKET: "the connection broke off",
};

/**
 * Requests a file from byte `from` on.
 * @throws DownloadError if there is no answer in time, or not the file; reading `chunks` throws it if they break off
 */
export async function requestBytes(address: string, from: number, limits: TimeLimits): Promise<RemoteBytes> {
  const abort = new AbortController();
  const response = await connect(address, from, limits.connectSeconds, abort);
  const range = parseRange(response.headers.get("content-range"));
  if (response.status === 416 && range?.total === from)
    return { start: from, total: from, chunks: noChunks() };
  if (from > 0 && (response.status === 416 || (response.status === 206 && range?.start !== from))) {
    abort.abort();
    return requestBytes(address, 0, limits);
  }
  const { body } = response;
  const trouble = refusal(response);
  if (trouble || !body) {
    abort.abort();
    throw new DownloadError("refused", `cannot download ${address}: ${trouble ?? "the answer is empty"}.`);
  }
  const chunks = limitSilence(address, body, limits.stallSeconds, abort);
  if (response.status === 206) return { start: from, total: range?.total, chunks };
  const length = response.headers.get("content-length");
  return { start: 0, total: length === null ? undefined : Number(length), chunks };
}

async function connect(
  address: string,
  from: number,
  seconds: number,
  abort: AbortController,
): Promise<Response> {
  const timer = setTimeout(() => abort.abort(), seconds * 1000);
  // Compressed in transit, positions would not be those of the file.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (from > 0) headers.range = `bytes=${from}-`;
  try {
    return await fetch(address, { headers, signal: abort.signal });
  } catch (error) {
    const reason = abort.signal.aborted ? `no answer within ${seconds} s` : networkReason(error);
    throw new DownloadError("unreachable", `cannot download ${address}: ${reason}.`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function* limitSilence(
  address: string,
  body: AsyncIterable<Uint8Array>,
  seconds: number,
  abort: AbortController,
): AsyncGenerator<Uint8Array, void, undefined> {
  const timer = setTimeout(() => abort.abort(), seconds * 1000);
  try {
    for await (const chunk of body) {
      timer.refresh();
      yield chunk;
    }
  } catch (error) {
    const reason = abort.signal.aborted ? `nothing came for ${seconds} s` : networkReason(error);
    throw brokenOff(address, reason, error);
  } finally {
    clearTimeout(timer);
  }
}

/** What came so far stays in the `.part` file. */
export function brokenOff(address: string, reason: string, cause?: unknown): DownloadError {
  const message = `the download of ${address} broke off: ${reason}. Run the same command again to resume it.`;
  return new DownloadError("interrupted", message, { cause });
}

async function* noChunks(): AsyncGenerator<Uint8Array, void, undefined> {}

/** Why an answer is not the file; undefined if it is. */
function refusal(response: Response): string | undefined {
  if (response.status === 404) return "the server has no such file (404)";
  if (response.status !== 200 && response.status !== 206) {
    return `the server answers ${response.status} ${response.statusText}`.trimEnd();
  }
  const type = response.headers.get("content-type") ?? "";
  return type.startsWith("text/html") ? "a web page came instead of the file (a login page?)" : undefined;
}

/** The header is `bytes 100-199/1000`, or with `*` where something is not known. */
function parseRange(
  header: string | null,
): { start: number | undefined; total: number | undefined } | undefined {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header ?? "");
  if (!match) return undefined;
  const number = (text: string | undefined) =>
    text === undefined || text === "*" ? undefined : Number(text);
  return { start: number(match[1]), total: number(match[2]) };
}

/** fetch wraps the system's error as `cause`, sometimes twice. */
function networkReason(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  const code = errorCode(inner);
  if (code && code in networkReasons) return `${networkReasons[code]} (${code})`;
  return inner instanceof Error ? inner.message : String(inner);
}
