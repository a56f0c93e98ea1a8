/**
 * A process that does the least that a server of lifecycles must: `node:http`, each body read and parsed with
 * `JSON.parse`, as many records of the same length written to disk before each answer, answers of the same content.
 * It checks and decides nothing, and finds nothing again.
 */
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serveParent } from "./child-process.ts";
import { GroupedLog } from "./grouped-log.ts";
import type { RecordedStep } from "./lifecycle-load.ts";
import type { Step } from "./lifecycle.ts";

interface BareStep {
  status: number;
  contentType: string;
  content: unknown;
  recordLengths: number[];
}

const commands = {
  /** Answers each step as it was recorded, after writing as much as was recorded with it. */
  start: async ({ folder, recorded }: { folder: string; recorded: RecordedStep[] }) => {
    const log = new GroupedLog(await open(join(folder, "bare.log"), "w"));
    const steps = new Map(recorded.map((step) => [step.step, toBareStep(step)]));
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const bytes = await readBody(request);
      const body: unknown = bytes.length > 0 ? JSON.parse(bytes.toString()) : null;
      const step = steps.get(findStep(request));
      if (step === undefined) throw new TypeError(`${request.url} was not recorded`);
      const { status, contentType, content, recordLengths } = step;
      // One after the other: an attempt is on disk before the provider hears of it, and again after.
      for (const length of recordLengths) await log.append(makeRecord(body, length));
      const text = typeof content === "string" ? content : JSON.stringify(content);
      response.writeHead(status, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) });
      response.end(text);
    };
    const server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port };
  },

  /** The processor time that this process has used, in microseconds. */
  processorTime: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

export type BareCommands = typeof commands;

serveParent(commands);

function toBareStep({ answer: { status, contentType, body }, lines }: RecordedStep): BareStep {
  return {
    status,
    contentType: contentType ?? "text/plain",
    content: contentType?.includes("json") === true ? JSON.parse(body) : body,
    recordLengths: lines.map((line) => Buffer.byteLength(line) + 1),
  };
}

/** Writes a body as a line of a length in bytes. */
function makeRecord(body: unknown, length: number): Buffer {
  const record = Buffer.alloc(length, " ");
  record.write(JSON.stringify(body));
  record.write("\n", length - 1);
  return record;
}

function findStep({ method, url = "" }: IncomingMessage): Step {
  if (url.startsWith("/return/")) return "return";
  if (method === "GET") return "read";
  if (url.startsWith("/notify/")) return "notify";
  return url.endsWith("/attempts") ? "start" : "create";
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
