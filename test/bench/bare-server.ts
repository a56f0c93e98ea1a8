/**
 * A process that does the least that a server of lifecycles must: `node:http`, each body read and parsed with
 * `JSON.parse`, as many records of the same length written to disk before each answer, answers of the same content.
 * It checks and decides nothing, and finds nothing again. On Koa it does the same behind Koa, its router and its body
 * parser: what is left of the floor before a line of this project has run.
 */
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Router } from "@koa/router";
import Koa, { type Context } from "koa";
import bodyParser from "koa-bodyparser";
import { PATHS } from "../../shared/paths.ts";
import { serveParent } from "./child-process.ts";
import { GroupedLog } from "./grouped-log.ts";
import { INSTANT_GATEWAY } from "./instant-gateway.ts";
import type { RecordedStep } from "./lifecycle-load.ts";
import type { Step } from "./lifecycle.ts";

interface BareStep {
  status: number;
  contentType: string;
  content: unknown;
  recordLengths: number[];
}

/** Writes what a step has to write, and gives its answer. */
type Answer = (step: Step, body: unknown) => Promise<{ status: number; contentType: string; text: string }>;

const commands = {
  /** Answers each step as it was recorded, after writing as much as was recorded with it. */
  start: async ({ folder, recorded, isOnKoa }: { folder: string; recorded: RecordedStep[]; isOnKoa: boolean }) => {
    const log = new GroupedLog(await open(join(folder, isOnKoa ? "koa.log" : "bare.log"), "w"));
    const steps = new Map(recorded.map((step) => [step.step, toBareStep(step)]));
    const answer: Answer = async (name, body) => {
      const step = steps.get(name);
      if (step === undefined) throw new TypeError(`${name} was not recorded`);
      const { status, contentType, content, recordLengths } = step;
      // One after the other: an attempt is on disk before the provider hears of it, and again after.
      for (const length of recordLengths) await log.append(makeRecord(body, length));
      return { status, contentType, text: typeof content === "string" ? content : JSON.stringify(content) };
    };
    const server = createServer(isOnKoa ? onKoa(answer) : onNode(answer));
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

function onNode(answer: Answer): RequestListener {
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = await readBody(request);
    const body: unknown = bytes.length > 0 ? JSON.parse(bytes.toString()) : null;
    const { status, contentType, text } = await answer(findStep(request), body);
    response.writeHead(status, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) });
    response.end(text);
  };
  return (request, response) => void handle(request, response);
}

function onKoa(answer: Answer): RequestListener {
  const app = new Koa();
  const router = new Router();
  const say = (step: Step) => async (ctx: Context) => {
    const { status, contentType, text } = await answer(step, ctx.request.body ?? null);
    ctx.status = status;
    ctx.type = contentType;
    ctx.body = text;
  };
  router.post(PATHS.sessions, say("create"));
  router.post(PATHS.attempts(":id"), say("start"));
  router.post(PATHS.notify(INSTANT_GATEWAY), say("notify"));
  router.get(PATHS.return(":token"), say("return"));
  router.get(PATHS.session(":id"), say("read"));
  app.use(bodyParser());
  app.use(router.routes());
  const handle = app.callback();
  return (request, response) => void handle(request, response);
}

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
