import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createFromPage } from "../support/catalogue.ts";
import { isOnPostgres } from "../support/store-address.ts";
import { expectStatus, startTestServer, STOREFRONT, type TestServer } from "../support/server.ts";

const ROOT = new URL("../../", import.meta.url);
const CLI = new URL("server/cli.ts", ROOT).pathname;
const KEY = "cart_0123456789abcdefghijklmn";
const ORDER = { currency: "EUR", items: [{ name: "Mug", quantity: 2, unitAmount: 1900 }], shipping: 500 };
const RETURN = { returnUrl: `${STOREFRONT}/thanks` };

interface Ending {
  code: number;
  stdout: string;
  stderr: string;
}

function run(
  command: string,
  parameters: string[],
  { cwd, input = "" }: { cwd: string; input?: string },
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, OFFSITE_CART_KEY: KEY };
    const child = execFile(command, parameters, { cwd, env }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") reject(error);
      else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

describe("a cart that somebody else signs", { skip: isOnPostgres && "it is about no store" }, () => {
  let folder: string;
  let server: TestServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    const clock = { now: () => new Date(), advance: () => undefined };
    server = await startTestServer({ clock, config: { cartKey: KEY } });
    await writeFile(
      join(folder, "offsite-checkout.config.json"),
      JSON.stringify({ cartKey: "${OFFSITE_CART_KEY}", secretKey: "${NOT_SET_HERE}" }),
    );
    await writeFile(join(folder, "order.json"), JSON.stringify(ORDER));
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const amountOf = async (cart: string) =>
    expectStatus(await createFromPage(server, { cart: cart.trim(), ...RETURN }), 201).body.amount;
  const signCart = (parameters: string[], input?: string) =>
    run(process.execPath, [CLI, "sign-cart", ...parameters], {
      cwd: folder,
      ...(input === undefined ? {} : { input }),
    });

  it("is printed by sign-cart, of a file or the standard input, needing no other secret than its key", async () => {
    for (const signed of [await signCart(["order.json"]), await signCart([], JSON.stringify(ORDER))]) {
      assert.equal(signed.code, 0, signed.stderr);
      assert.equal(await amountOf(signed.stdout), 4300);
    }
  });

  it("is good for as many days as are asked for, or until its own time", async () => {
    const expiryOf = ({ stdout }: Ending) =>
      (JSON.parse(Buffer.from(stdout.split(".")[1] ?? "", "base64url").toString()) as { exp: number }).exp;
    const inDays = expiryOf(await signCart(["order.json", "--days", "2"])) - Date.now() / 1000;
    assert.ok(Math.abs(inDays - 2 * 86_400) < 60, String(inDays));
    assert.equal(expiryOf(await signCart([], JSON.stringify({ ...ORDER, exp: 4_000_000_000 }))), 4_000_000_000);
    assert.equal((await signCart(["order.json", "--days", "soon"])).code, 2);
  });

  it("is not signed where it is faulty: every fault is named with its path", async () => {
    const faulty = {
      ...ORDER,
      currency: "euro",
      items: [{ name: "Mug", quantity: 0, unitAmount: 1900 }],
      colour: "red",
    };
    const { code, stdout, stderr } = await signCart([], JSON.stringify(faulty));
    assert.equal(code, 1);
    assert.equal(stdout, "");
    for (const path of ["/currency", "/items/0/quantity", "/colour"]) assert.ok(stderr.includes(path), stderr);
    assert.equal((await signCart(["none.json"])).code, 1);
    assert.match((await signCart(["order.json", "--config", "order.json"])).stderr, /\/cartKey is required/);
  });

  for (const [language, command, amount] of [
    ["js", process.execPath, 4300],
    ["php", "php", 3800],
    ["python", "python3", 3800],
    ["ruby", "ruby", 3800],
  ] as const) {
    it(`is signed by the example of README.md in ${language}`, async (t) => {
      const readme = await readFile(new URL("README.md", ROOT), "utf8");
      const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
      const source = blocks.find(([, name, text]) => name === language && text?.includes("OFFSITE_CART_KEY"))?.[2];
      assert.ok(source !== undefined);
      const isModule = language === "js";
      const file = join(folder, `sign.${language}`);
      await writeFile(file, source);
      // Evaluated where its package is found.
      try {
        const parameters = isModule ? ["--input-type=module", "--eval", source] : [file];
        const ended = await run(command, parameters, { cwd: isModule ? ROOT.pathname : folder });
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal(await amountOf(ended.stdout), amount);
      } catch (error) {
        if ((error as { code?: unknown }).code !== "ENOENT") throw error;
        t.skip(`left out: ${command} is not installed`);
      }
    });
  }
});
