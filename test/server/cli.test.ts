import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { freePort } from "../../demo/free-port.ts";
import { isOnPostgres } from "../support/store-address.ts";
import { MANUAL, SECRET_KEY, startTestServer, STOREFRONT } from "../support/server.ts";

const CLI = new URL("../../server/cli.ts", import.meta.url).pathname;

describe("offsite-checkout serve", { skip: isOnPostgres }, () => {
  let folder: string;
  let port: number;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    port = await freePort();
    await writeFile(join(folder, "good.json"), JSON.stringify(configOf(port)));
    await writeFile(
      join(folder, "bad.json"),
      JSON.stringify({ ...configOf(port), secretKey: "${NOT_SET}", environment: "prod" }),
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (...parameters: string[]) =>
    spawn(process.execPath, [CLI, ...parameters], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });

  it("takes requests until it is told to stop, finishes those under way, and exits 0 within 5 seconds", async () => {
    const child = run("serve", "--config", "good.json");
    await untilOutput(child, "taking requests");
    const create = () =>
      fetch(`http://localhost:${port}/v1/checkout-sessions`, {
        method: "POST",
        headers: { authorization: `Bearer ${SECRET_KEY}`, "content-type": "application/json" },
        body: JSON.stringify({ amount: 100, currency: "EUR", returnUrl: `${STOREFRONT}/` }),
      }).then(
        ({ status }) => status,
        () => "refused",
      );
    const answers = Array.from({ length: 100 }, create);
    await answers[0];
    child.kill("SIGTERM");
    const startedAt = performance.now();
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 0);
    assert.ok(performance.now() - startedAt < 5000);
    const statuses = await Promise.all(answers);
    assert.ok(
      statuses.every((status) => status === 201 || status === "refused"),
      JSON.stringify(statuses),
    );
  });

  it("finishes what is under way also where the signal comes twice, as launchers pass on what the terminal sends", async () => {
    const child = run("serve", "--config", "good.json");
    await untilOutput(child, "taking requests");
    const socket = connect(port, "localhost");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", () => undefined);
    socket.write(
      `POST /notify/nobody HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`,
    );
    const isListening = () =>
      fetch(`http://localhost:${port}/healthz`).then(
        () => true,
        () => false,
      );
    // The request is under way once another one was answered after it.
    assert.ok(await isListening());
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    while (await isListening());
    for (const signal of ["SIGTERM", "SIGINT"] as const) child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.write("}");
    assert.deepEqual(await exited, [0, null]);
    assert.match(answer, /^HTTP\/1\.1 404 /);
  });

  it("prints what a page needs to allow and to pin the element, for the gateways of the configuration", async () => {
    const [code, output] = await ending(run("csp", "--config", "good.json"));
    assert.equal(code, 0);
    const publicUrl = String(configOf(port)["publicUrl"]);
    assert.match(output, new RegExp(`script-src ${publicUrl}; connect-src ${publicUrl};`));
    assert.match(
      output,
      new RegExp(`src="${publicUrl}/offsite-checkout\\.[0-9a-f]{16}\\.js" integrity="sha384-[\\w+/]{64}"`),
    );
  });

  it("names everything wrong with the configuration, and does not start", async () => {
    const child = run("serve", "--config", "bad.json");
    const [code, output] = await ending(child);
    assert.equal(code, 1);
    assert.match(
      output,
      /bad\.json cannot be used:\n[\s\S]*\/secretKey needs the environment variable NOT_SET[\s\S]*\/environment/,
    );
  });

  it("names a port that is taken, and a store that another process has", async () => {
    const first = run("serve", "--config", "good.json");
    await untilOutput(first, "taking requests");
    const [code, output] = await ending(run("serve", "--config", "good.json"));
    assert.equal(code, 1);
    assert.match(output, /another process|EADDRINUSE/);
    first.kill("SIGINT");
    assert.deepEqual(await once(first, "exit"), [0, null]);
  });

  it("says why a store cannot be opened", async () => {
    const port = await freePort();
    await writeFile(
      join(folder, "no-database.json"),
      JSON.stringify({ ...configOf(0), store: `postgres://127.0.0.1:${port}/offsite` }),
    );
    const [code, output] = await ending(run("serve", "--config", "no-database.json"));
    assert.equal(code, 1);
    assert.equal(output, `no primary of the database can be reached: connect ECONNREFUSED 127.0.0.1:${port}\n`);
  });

  it("shows how it is used", async () => {
    assert.equal((await ending(run("--help")))[0], 0);
    assert.equal((await ending(run()))[0], 2);
    assert.equal((await ending(run("nonsense")))[0], 2);
  });
});

describe("offsite-checkout store", { skip: isOnPostgres }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    await writeFile(join(folder, "offsite-checkout.config.json"), JSON.stringify(configOf(0)));
    const server = await startTestServer({ folder });
    await server.createSession({ currency: "JPY", amount: 500 });
    await server.stop();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (...parameters: string[]) =>
    ending(spawn(process.execPath, [CLI, "store", ...parameters], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }));

  it("checks, compacts and copies the store of the configuration, or one that is named", async () => {
    const counts =
      /1 sessions, 0 attempts, 0 payments, 0 operations, 0 sources, 1 events, 0 answers, 0 counters, 0 deliveries\nJPY, in minor units: 500 asked/;
    const [checked, found] = await run("check");
    assert.equal(checked, 0, found);
    assert.match(found, counts);
    assert.match(found, /No fault was found\./);
    assert.equal((await run("compact"))[0], 0);
    const [copied, told] = await run("copy", "--from", "json:./data", "--to", "json:./copy");
    assert.equal(copied, 0, told);
    assert.match(told, /counts and sums are equal/);
    assert.match((await run("check", "--store", "json:./copy"))[1], counts);
  });

  it("refuses a target that is not empty, a store that is not there, and half a command", async () => {
    const [code, output] = await run("copy", "--from", "json:./data", "--to", "json:./data");
    assert.equal(code, 1, output);
    assert.equal((await run("check", "--store", "json:./nothing"))[0], 1);
    for (const parameters of [["copy"], ["copy", "--from", "json:./data"], ["sweep"], [], ["check", "--nonsense"]]) {
      assert.equal((await run(...parameters))[0], 2, parameters.join(" "));
    }
  });
});

function configOf(port: number): Record<string, unknown> {
  return {
    publicUrl: `http://localhost:${port}`,
    port,
    environment: "test",
    secretKey: SECRET_KEY,
    storefronts: [STOREFRONT],
    store: "json:./data",
    gateways: { bank: MANUAL },
  };
}

async function untilOutput({ stdout }: ChildProcess, text: string): Promise<void> {
  let output = "";
  for await (const chunk of stdout ?? []) {
    output += String(chunk);
    if (output.includes(text)) return;
  }
  throw new Error(`it ended before ${JSON.stringify(text)}: ${output}`);
}

async function ending(child: ChildProcess): Promise<[code: number, output: string]> {
  let output = "";
  child.stdout?.on("data", (chunk) => (output += String(chunk)));
  child.stderr?.on("data", (chunk) => (output += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  return [code, output];
}
