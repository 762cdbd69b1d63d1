/**
 * @file The server of `wgrad lab`: the page, images of the data folder, and runs of this machine. It listens on 127.0.0.1 alone and
 * answers only requests that are addressed to it by a local name, so that no page of elsewhere can reach it by a name of its own.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FileError, UsageError, WgradError } from "../../engine/errors.ts";
import { imagesFor, type LoadImages } from "./images.ts";
import type { RunLink } from "./run-link.ts";
import { readStatic } from "./static-files.ts";

export interface LabServerOptions {
  /** of the built page */
  readonly page: string;
  /** 0: any free one */
  readonly port: number;
  /** loads a data set by its name */
  readonly load: LoadImages;
  /** the run that the page opens */
  readonly run?: Pick<RunLink, "checkpoint" | "settings">;
}

export interface LabServer {
  readonly address: string;
  close(): Promise<void>;
}

const host = "127.0.0.1";

/** What is sent with every answer: the page may load from here alone, and be alone in its process. */
const headers = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy":
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | string;
}

/** Resolves when it listens. Throws UsageError if the port is taken. */
export async function startLabServer(options: LabServerOptions): Promise<LabServer> {
  const server = createServer((request, response) => void respond(request, response, options));
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new UsageError(`--port ${port} is taken. Name another, or leave it out for a free one.`)
          : cause,
      ),
    );
    server.listen(port, host, resolve);
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, options: LabServerOptions) {
  const { status, type, body } = await answerTo(request, options).catch(failure);
  response.writeHead(status, { ...headers, "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answerTo(request: IncomingMessage, options: LabServerOptions): Promise<Answer> {
  if (!isLocal(request.headers.host)) return text(403, "This server answers on localhost alone.");
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "Only GET is answered here.");
  const address = `http://localhost${request.url}`;
  if (!URL.canParse(address)) return text(404, "There is nothing here.");
  const url = new URL(address);
  const images = /^\/api\/images\/([\w-]+)$/.exec(url.pathname);
  if (images) {
    const body = await imagesFor(images[1]!, url.searchParams, options.load);
    return { status: 200, type: "application/octet-stream", body };
  }
  const { run } = options;
  if (url.pathname === "/api/run/checkpoint" && run)
    return { status: 200, type: "application/octet-stream", body: readFileSync(run.checkpoint) };
  if (url.pathname === "/api/run/settings" && run)
    return { status: 200, type: "application/json", body: JSON.stringify(run.settings) };
  if (url.pathname.startsWith("/api/")) return text(404, "There is nothing here.");
  const file = readStatic(options.page, url.pathname);
  return file ? { status: 200, ...file } : text(404, "There is nothing here.");
}

/** Whether the request was meant for this machine: a foreign name that leads to 127.0.0.1 is not. */
function isLocal(name: string | undefined): boolean {
  return name !== undefined && /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(name);
}

function text(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body };
}

function failure(error: unknown): Answer {
  if (error instanceof UsageError) return text(400, error.message);
  if (error instanceof FileError || error instanceof WgradError) return text(500, error.message);
  return text(500, `The server failed: ${error instanceof Error ? error.message : String(error)}`);
}
