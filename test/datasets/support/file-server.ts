/** @file A server on 127.0.0.1 with one file and every bad habit that a test asks for. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

export interface Habits {
  /** always the whole file, whatever range is asked for */
  readonly ignoreRange?: boolean;
  /** does not say how long the file is */
  readonly hideLength?: boolean;
  /** cuts the connection after so many bytes of the answers numbered in `cutAnswers` (default: all) */
  readonly cutAfter?: number;
  readonly cutAnswers?: readonly number[];
  /** sends so many bytes and then nothing any more */
  readonly stallAfter?: number;
  /** never answers */
  readonly silent?: boolean;
  /** this status instead of a file */
  readonly status?: number;
  readonly contentType?: string;
}

export interface FileServer {
  readonly address: string;
  /** the Range headers of all requests so far, "-" for none */
  readonly ranges: string[];
  close(): Promise<void>;
}

/** Starts servers that are stopped after each test. */
export function useFileServers(): (file: Buffer, habits?: Habits) => Promise<FileServer> {
  const running: FileServer[] = [];
  afterEach(async () => {
    for (const server of running.splice(0)) await server.close();
  });
  return async (file, habits = {}) => {
    const server = await start(file, habits);
    running.push(server);
    return server;
  };
}

async function start(file: Buffer, habits: Habits): Promise<FileServer> {
  const ranges: string[] = [];
  const server: Server = createServer((request, response) => {
    ranges.push(request.headers.range ?? "-");
    if (!habits.silent) answer(request, response, file, habits, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ranges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer,
  habits: Habits,
  number: number,
): void {
  const type = { "content-type": habits.contentType ?? "application/octet-stream" };
  if (habits.status) {
    response.writeHead(habits.status, type).end("no");
    return;
  }
  const range = habits.ignoreRange ? null : /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  if (from >= file.length) {
    response.writeHead(416, { "content-range": `bytes */${file.length}` }).end();
    return;
  }
  const body = file.subarray(from);
  response.writeHead(range ? 206 : 200, {
    ...type,
    ...(!habits.hideLength && { "content-length": body.length }),
    ...(range && { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }),
  });
  const cut = habits.cutAfter !== undefined && (habits.cutAnswers?.includes(number) ?? true);
  if (cut)
    response.write(
      body.subarray(0, habits.cutAfter),
      () => setTimeout(() => response.destroy(), 100), // the bytes arrive first
    );
  else if (habits.stallAfter !== undefined) response.write(body.subarray(0, habits.stallAfter));
  else response.end(body);
}
