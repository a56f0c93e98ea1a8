import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConfigError, loadConfig, parseConfig } from "../../server/config.ts";

const VALID = {
  publicUrl: "https://pay.example",
  environment: "test",
  secretKey: "sk_0123456789abcdefghij",
  storefronts: ["https://shop.example"],
  store: "json:./data",
  gateways: { bank: { type: "manual" } },
};
const DWOLLA = { type: "dwolla", key: "key", secret: "secret", destinationId: "812-713-9234" };

function faultsOf(value: unknown, environment: Record<string, string> = {}): string[] {
  try {
    parseConfig(value, { folder: "/srv", environment });
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path }) => path).sort();
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  const valid = { ...VALID, secretKey: "sk_0123456789abcdefghijk" };

  it("takes what design.md shows, with paths that start at the file", () => {
    const config = parseConfig({ ...valid, publicUrl: "https://pay.example/" }, { folder: "/srv", environment: {} });
    assert.equal(config.publicUrl, "https://pay.example");
    assert.equal(config.port, 4301);
    assert.equal(config.store, "json:/srv/data");
    assert.deepEqual(
      config.gateways.map(({ id }) => id),
      ["bank"],
    );
  });

  it("builds addresses from its public address alone, however that is written", () => {
    const urlOf = (publicUrl: string) => parseConfig({ ...valid, publicUrl }, { folder: "/srv" }).publicUrl;
    assert.equal(urlOf("HTTPS://Pay.Example:443"), "https://pay.example");
    assert.equal(urlOf("https://pay.example/shop//"), "https://pay.example/shop");
    for (const publicUrl of [
      "https://pay.example?",
      "https://pay.example/#",
      " https://pay.example",
      "https://pay.ex\tample",
    ]) {
      assert.deepEqual(faultsOf({ ...valid, publicUrl }), ["/publicUrl"], publicUrl);
    }
  });

  it("lets no operation take longer than it is taken to be under way", () => {
    const dwolla = (timeoutMs: number) => faultsOf({ ...valid, gateways: { account: { ...DWOLLA, timeoutMs } } });
    assert.deepEqual([dwolla(25_000), dwolla(25_001)], [[], ["/gateways/account/timeoutMs"]]);
  });

  it("takes no interval beyond a year, of which no time could be told", () => {
    const checked = (seconds: number) => faultsOf({ ...valid, checkAfterSeconds: [60, seconds] });
    assert.deepEqual([checked(31_536_000), checked(31_536_001)], [[], ["/checkAfterSeconds/1"]]);
  });

  it("takes no address with blanks, which would stand in the middle of those that are built from it", () => {
    for (const baseUrl of ["https://www.dwolla.com ", "https://www.dwolla.com\n", " https://www.dwolla.com"]) {
      const faults = faultsOf({ ...valid, gateways: { account: { ...DWOLLA, baseUrl } } });
      assert.deepEqual(faults, ["/gateways/account/baseUrl"], JSON.stringify(baseUrl));
    }
  });

  it("takes no provider's secret with a blank at an end, as files and variables add them: nothing would verify", () => {
    const faults = (secret: string) => faultsOf({ ...valid, gateways: { account: { ...DWOLLA, secret } } });
    for (const secret of ["secret\n", " secret", "secret\r\n"]) {
      assert.deepEqual(faults(secret), ["/gateways/account/secret"], JSON.stringify(secret));
    }
    assert.deepEqual(faults("a secret"), []);
  });

  it("names a store whose address cannot be read, and does not show it", () => {
    for (const store of [
      "postgres://user:pass#word@db.internal/offsite",
      "postgres://db.internal:543210/offsite",
      "postgres://db.internal/offsite?pool_size=0",
    ]) {
      assert.deepEqual(faultsOf({ ...valid, store }), ["/store"], store);
      assert.throws(
        () => parseConfig({ ...valid, store }, { folder: "/srv" }),
        ({ message }: Error) => !message.includes("db.internal"),
      );
    }
    assert.deepEqual(faultsOf({ ...valid, store: "postgres://u:p%40@db1:5432,db2/offsite?sslmode=require" }), []);
    assert.deepEqual(faultsOf({ ...valid, store: "postgres:///offsite?host=/var/run/postgresql" }), []);
  });

  it("names everything that is missing, empty or wrong at once", () => {
    const faults = faultsOf({
      publicUrl: "pay.example",
      port: "4301",
      secretKey: "",
      storefronts: ["https://shop.example/", "http://shop.example", "*"],
      gateways: {
        Bad: { type: "manual" },
        card: { type: "paypal" },
        account: { ...DWOLLA, secret: "", destinationId: "1" },
      },
      surprise: 1,
    });
    assert.deepEqual(faults, [
      "/environment",
      "/gateways/Bad",
      "/gateways/account/destinationId",
      "/gateways/account/secret",
      "/gateways/card/type",
      "/port",
      "/publicUrl",
      "/secretKey",
      "/store",
      "/storefronts/0",
      "/storefronts/1",
      "/storefronts/2",
      "/surprise",
    ]);
    assert.deepEqual(
      faultsOf({}),
      ["/environment", "/gateways", "/publicUrl", "/secretKey", "/storefronts", "/store"].sort(),
    );
    assert.deepEqual(faultsOf([]), [""]);
  });

  it("fills in the environment, and names a variable that is not set or empty", () => {
    const filled = { ...valid, secretKey: "${KEY}", gateways: { account: { ...DWOLLA, secret: "${DWOLLA_SECRET}" } } };
    const environment = { KEY: "sk_0123456789abcdefghijk", DWOLLA_SECRET: "s" };
    assert.equal(parseConfig(filled, { folder: "/srv", environment }).secretKey, environment.KEY);
    assert.deepEqual(faultsOf(filled, { KEY: "" }), ["/gateways/account/secret", "/secretKey"]);
  });

  it("refuses a secret key that is empty, short or a placeholder", () => {
    for (const secretKey of ["", "sk_0123456789abcdefghij", "x".repeat(24), "secret secret secret secret"]) {
      assert.deepEqual(faultsOf({ ...valid, secretKey }), ["/secretKey"], secretKey);
    }
  });

  it("refuses the demonstration's secrets outside of it", () => {
    const account = { ...DWOLLA, secret: "demo-only-dwolla-secret-c94e" };
    const demo = { ...valid, secretKey: "demo-only-secret-key-4f1c97a2d6b8", gateways: { account } };
    assert.deepEqual(faultsOf(demo), ["/gateways/account/secret", "/secretKey"]);
    assert.equal(parseConfig(demo, { folder: "/srv", environment: {}, isDemo: true }).secretKey, demo.secretKey);
  });

  it("takes http only for loopback names, and only in test", () => {
    const local = {
      ...valid,
      publicUrl: "http://localhost:4301",
      storefronts: ["http://127.0.0.1:4300", "http://shop.localhost"],
    };
    assert.deepEqual(faultsOf(local), []);
    assert.deepEqual(faultsOf({ ...local, environment: "live" }), ["/publicUrl", "/storefronts/0", "/storefronts/1"]);
    assert.deepEqual(faultsOf({ ...valid, publicUrl: "http://pay.example" }), ["/publicUrl"]);
  });

  it("takes only public https providers in live", () => {
    const live = (baseUrl: string) =>
      faultsOf({ ...valid, environment: "live", gateways: { account: { ...DWOLLA, baseUrl } } });
    assert.deepEqual(live("https://www.dwolla.com"), []);
    for (const baseUrl of [
      "http://www.dwolla.com",
      "https://localhost",
      "https://10.0.0.1",
      "https://[::1]",
      "https://169.254.169.254",
    ]) {
      assert.deepEqual(live(baseUrl), ["/gateways/account/baseUrl"], baseUrl);
    }
  });

  it("takes webhooks with one secret or two, and names every fault of theirs", () => {
    const secret = "a-secret-of-25-characters";
    const url = "https://shop.example/hooks";
    const { webhooks } = parseConfig(
      {
        ...valid,
        webhooks: [
          { url, secret },
          { url: `${url}/2`, secrets: [secret, `${secret}2`], types: ["payment.*"] },
        ],
      },
      { folder: "/srv", environment: {} },
    );
    assert.deepEqual(
      webhooks.map(({ secrets, types }) => ({ secrets, types })),
      [
        { secrets: [secret], types: undefined },
        { secrets: [secret, `${secret}2`], types: ["payment.*"] },
      ],
    );
    const faults = (...entries: unknown[]) => faultsOf({ ...valid, webhooks: entries });
    assert.deepEqual(faults({ url, secret: "short" }), ["/webhooks/0/secret"]);
    assert.deepEqual(faults({ url, secret: "whsec_but-this-is-no-base64-at-all" }), ["/webhooks/0/secret"]);
    assert.deepEqual(faults({ url }), ["/webhooks/0/secret"]);
    assert.deepEqual(faults({ url, secret, secrets: [secret] }), ["/webhooks/0/secret"]);
    assert.deepEqual(faults({ url, secret, types: ["payment.paid"] }), ["/webhooks/0/types/0"]);
    assert.deepEqual(faults({ url, secret }, { url, secret }), ["/webhooks/1/url"]);
    for (const address of ["http://localhost/", "http://10.0.0.1/", "https://[::1]/"]) {
      assert.deepEqual(faults({ url: address, secret }), ["/webhooks/0/url"], address);
      const allowed = { ...valid, webhooks: [{ url: address, secret }], allowPrivateWebhooks: true };
      assert.deepEqual(faultsOf(allowed), [], address);
    }
    const live = { ...valid, environment: "live", webhooks: [{ url: "http://shop.example/", secret }] };
    assert.ok(faultsOf(live).includes("/webhooks/0/url"));
  });

  it("keeps secrets out of its errors", () => {
    const secret = "too-short-secret";
    assert.throws(
      () => parseConfig({ ...valid, secretKey: secret }, { folder: "/srv", environment: {} }),
      (error: Error) => !error.message.includes(secret),
    );
  });

  it("takes both values of Commerce Layer or none, with the care that other secrets and addresses are given", () => {
    const own = { sharedSecret: "cl_0123456789abcdefghijk", webhookUrl: "https://commerce.example/webhook" };
    const faults = (commerceLayer: unknown, more: object = {}) => faultsOf({ ...valid, ...more, commerceLayer });
    const { commerceLayer } = parseConfig(
      { ...valid, commerceLayer: { ...own, sharedSecret: "${CL_SECRET}" } },
      { folder: "/srv", environment: { CL_SECRET: own.sharedSecret } },
    );
    assert.deepEqual(commerceLayer, own);
    assert.equal(parseConfig(valid, { folder: "/srv", environment: {} }).commerceLayer, undefined);
    assert.deepEqual(faults({}), ["/commerceLayer/sharedSecret", "/commerceLayer/webhookUrl"]);
    assert.deepEqual(faults({ ...own, secret: "x" }), ["/commerceLayer/secret"]);
    for (const sharedSecret of ["", "short", "a".repeat(24), `demo-only-${own.sharedSecret}`, "${CL_SECRET}"]) {
      assert.deepEqual(faults({ ...own, sharedSecret }), ["/commerceLayer/sharedSecret"], sharedSecret);
    }
    for (const webhookUrl of ["", "commerce.example", "ftp://commerce.example", "https://me:it@commerce.example"]) {
      assert.deepEqual(faults({ ...own, webhookUrl }), ["/commerceLayer/webhookUrl"], webhookUrl);
    }
    const here = { ...own, webhookUrl: "http://127.0.0.1:4300/webhook" };
    assert.deepEqual(faults(here), ["/commerceLayer/webhookUrl"]);
    assert.deepEqual(faults(here, { allowPrivateWebhooks: true }), []);
    const live = { environment: "live", gateways: { bank: { type: "manual" } } };
    assert.deepEqual(faults(own, live), []);
    assert.deepEqual(faults({ ...own, webhookUrl: "http://commerce.example/webhook" }, live), [
      "/commerceLayer/webhookUrl",
    ]);
  });

  describe("in a file", () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it("is read strictly, and a file that cannot be read is named", async () => {
      const file = join(folder, "config.json");
      await writeFile(file, JSON.stringify(valid));
      assert.equal((await loadConfig(file)).store, `json:${join(folder, "data")}`);
      await writeFile(file, '{"port": 1, "port": 2}');
      await assert.rejects(loadConfig(file), {
        message: `${file} cannot be used:\n  the whole the key "port" is repeated`,
      });
      await assert.rejects(
        loadConfig(join(folder, "none.json")),
        /none\.json cannot be used:\n {2}the whole cannot be read/,
      );
    });
  });
});
