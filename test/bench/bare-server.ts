/**
 * A process that does the least that a server of lifecycles must: `node:http`, each body read and parsed with
 * `JSON.parse`, the same lines on disk before each answer, or the bare statements in PostgreSQL, and the same answers.
 * It decides nothing.
 */
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { BareStatements } from "./bare-statements.ts";
import { serveParent } from "./child-process.ts";
import { GroupedLog } from "./grouped-log.ts";
import type { RecordedStep } from "./lifecycle-load.ts";
import type { Step } from "./lifecycle.ts";

const commands = {
  /** Answers each step as it was recorded, after appending the lines that were recorded with it, or the statements. */
  start: async ({ folder, recorded, address }: { folder: string; recorded: RecordedStep[]; address?: string }) => {
    const log = new GroupedLog(await open(join(folder, "bare.log"), "w"));
    const statements = address === undefined ? undefined : await BareStatements.open(address);
    const steps = new Map(
      recorded.map(({ step, answer, lines }) => [
        step,
        {
          status: answer.status,
          contentType: answer.contentType ?? "text/plain",
          body: Buffer.from(answer.body),
          lines: lines.map((line) => Buffer.from(`${line}\n`)),
        },
      ]),
    );
    const server = createServer((request, response) => {
      void answer(request, response);
    });
    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const bytes = await readBody(request);
      if (bytes.length > 0) JSON.parse(bytes.toString());
      const name = findStep(request);
      const step = steps.get(name);
      if (step === undefined) throw new TypeError(`${request.url} was not recorded`);
      // One after the other: an attempt is on disk before the provider hears of it, and again after.
      if (statements === undefined) for (const line of step.lines) await log.append(line);
      else await statements.run(name);
      response.writeHead(step.status, { "Content-Type": step.contentType, "Content-Length": step.body.length });
      response.end(step.body);
    }
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port };
  },
};

export type BareCommands = typeof commands;

serveParent(commands);

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
