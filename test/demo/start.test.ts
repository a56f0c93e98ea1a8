import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { choose } from "../support/depth.ts";

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5000;
const ROOT = new URL("../..", import.meta.url);

/** The demonstration as `npm start` runs it, once the element is built. */
interface StartedDemo {
  process: ChildProcess;
  /** Everything that it has printed. */
  output: () => string;
}

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "offsite-start-"));
});
after(() => rm(folder, { recursive: true, force: true }));

function start(ports: { shop: number | string; server: number; provider: number }): StartedDemo {
  const child = spawn(process.execPath, ["demo/start.ts"], {
    cwd: ROOT,
    env: {
      ...process.env,
      SHOP_PORT: String(ports.shop),
      PORT: String(ports.server),
      PROVIDER_PORT: String(ports.provider),
      DATA_DIR: join(folder, String(Math.random())),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString("utf8");
    });
  }
  return { process: child, output: () => printed };
}

async function startAndWait(): Promise<StartedDemo & { urls: string[] }> {
  const demo = start({ shop: 0, server: 0, provider: 0 });
  const deadlineMs = performance.now() + START_LIMIT_MS;
  while (!demo.output().includes("Ctrl+C")) {
    if (performance.now() > deadlineMs || demo.process.exitCode !== null) {
      demo.process.kill("SIGKILL");
      assert.fail(`the demo did not start: ${demo.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { ...demo, urls: demo.output().match(/http:\/\/localhost:\d+/g) ?? [] };
}

/** Waits for the end of a process and gives its exit code; kills it where the limit passes. */
async function exitCode({ process: child }: StartedDemo, limitMs: number): Promise<number | null> {
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  clearTimeout(timer);
  return child.exitCode;
}

/** Asks over a connection that stays open afterwards, as a browser's does. */
async function getAndStay(url: string, agent: Agent): Promise<number | undefined> {
  const [response] = (await once(get(url, { agent }), "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode;
}

async function holdPort(): Promise<{ port: number; release: () => void }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, release: () => server.close() };
}

describe("the demo's command", { concurrency: 2 }, () => {
  for (const signal of choose("signals that end the demo", ["SIGTERM", "SIGINT"] as const, (one) => one === "SIGINT")) {
    test(`prints three addresses that answer, and ${signal} ends it with connections open`, async () => {
      const demo = await startAndWait();
      const agent = new Agent({ keepAlive: true });
      try {
        assert.equal(new Set(demo.urls).size, 3);
        const [shop = "", server = "", provider = ""] = demo.urls;
        assert.equal(await getAndStay(shop, agent), 200);
        assert.equal(await getAndStay(`${server}/offsite-checkout.js`, agent), 200);
        assert.equal(await getAndStay(`${server}/readyz`, agent), 200);
        assert.equal(await getAndStay(provider, agent), 200);
        demo.process.kill(signal);
        assert.equal(await exitCode(demo, STOP_LIMIT_MS), 0, demo.output());
      } finally {
        agent.destroy();
        demo.process.kill("SIGKILL");
      }
    });
  }

  const variables = [
    ["shop", "SHOP_PORT"],
    ["server", "PORT"],
    ["provider", "PROVIDER_PORT"],
  ] as const;
  // The server is started last: the other two run by then.
  for (const [part, variable] of choose("ports that are taken", variables, ([part]) => part === "server")) {
    test(`names a taken port of the ${part}, and leaves nothing running`, async () => {
      const held = await holdPort();
      const demo = start({ shop: 0, server: 0, provider: 0, [part]: held.port });
      try {
        assert.equal(await exitCode(demo, START_LIMIT_MS), 1, demo.output());
        assert.ok(demo.output().includes(String(held.port)), demo.output());
        assert.ok(demo.output().includes(`Set ${variable} to another one`), demo.output());
        assert.doesNotMatch(demo.output(), /at .*\.ts/, "a message, not a stack");
      } finally {
        held.release();
        demo.process.kill("SIGKILL");
      }
    });
  }

  test("refuses a port that is none", async () => {
    const demo = start({ shop: "shop", server: 0, provider: 0 });
    assert.equal(await exitCode(demo, START_LIMIT_MS), 1);
    assert.match(demo.output(), /SHOP_PORT is not a port: shop/);
  });
});
