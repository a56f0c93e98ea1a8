/** A process that pays orders at a server, and measures how fast that goes. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { serveParent } from "./child-process.ts";
import { HttpConnection, type HttpAnswer } from "./http-connection.ts";
import { payOrder, sendOver, type Send, type Step } from "./lifecycle.ts";
import { quantile } from "./rounds.ts";

/** How fast a load was served. */
export interface LoadResult {
  /** Lifecycles. */
  count: number;
  lifecyclesPerSecond: number;
  /** The 99th percentile of a request's time, in milliseconds. */
  p99Ms: number;
}

/** One request of a lifecycle as the server answered it, and the lines that it wrote to disk for that. */
export interface RecordedStep {
  step: Step;
  answer: HttpAnswer;
  lines: string[];
}

const commands = {
  /** Keeps some clients paying, one order after the other each, for a time. */
  pay: async ({ port, clients, durationMs }: { port: number; clients: number; durationMs: number }) => {
    const times: number[] = [];
    const startedAt = performance.now();
    const counts = await Promise.all(
      Array.from({ length: clients }, (_, client) => payUntil(startedAt + durationMs, { port, client, times })),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const count = counts.reduce((sum, one) => sum + one, 0);
    return { count, lifecyclesPerSecond: count / seconds, p99Ms: quantile(times, 0.99) } satisfies LoadResult;
  },

  /** Pays one order. */
  payOnce: async ({ port }: { port: number }) => {
    const connection = new HttpConnection(port);
    await payOrder(sendOver(connection), "once");
    connection.close();
  },

  /** Pays one order at a server that nobody else uses, and tells what each request came to. */
  record: async ({ port, folder }: { port: number; folder: string }) => {
    const connection = new HttpConnection(port);
    const recorded: RecordedStep[] = [];
    let before = await readLines(folder);
    await payOrder(async (step, request) => {
      const answer = await connection.send(request);
      const after = await readLines(folder);
      recorded.push({ step, answer, lines: after.slice(before.length) });
      before = after;
      return answer;
    }, "recorded");
    connection.close();
    return recorded;
  },
};

export type LoadCommands = typeof commands;

serveParent(commands);

async function payUntil(
  end: number,
  { port, client, times }: { port: number; client: number; times: number[] },
): Promise<number> {
  const connection = new HttpConnection(port);
  const sendOne = sendOver(connection);
  const send: Send = async (step, request) => {
    const startedAt = performance.now();
    const answer = await sendOne(step, request);
    times.push(performance.now() - startedAt);
    return answer;
  };
  // The clients do not begin in one and the same moment.
  for (let turn = 0; turn < client; turn += 1) await nextTurn();
  let count = 0;
  while (performance.now() < end) {
    await payOrder(send, `order-${client}-${count}`);
    count += 1;
  }
  connection.close();
  return count;
}

async function readLines(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("journal-")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
}
