import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VerificationError } from "../../../server/errors.ts";
import { gatewayAbilities } from "../../../server/gateways/abilities.ts";
import type { Gateway, ProviderRequest, Report } from "../../../server/gateways/gateway.ts";
import { configureGateway } from "../../../server/gateways/index.ts";
import { signUniversalFields } from "../../../server/gateways/universal.ts";
import { formatDecimal } from "../../../shared/money.ts";
import type { Address } from "../../../shared/records.ts";
import type { Environment } from "../../../shared/states.ts";
import { testGateway } from "../../conformance/gateway.ts";
import { withReport, type Facts, type Fields, type Saying } from "../../conformance/gateway-driver.ts";
import { makeTrip, TRIP_URLS } from "../../support/trip.ts";

const SECRET = "TO78ghHCfBQ6ZBw2Q2fJ3wRwGkWkUHVs";
const CONFIG = {
  type: "universal",
  accountId: "zork",
  secret: SECRET,
  forwardUrl: "https://provider.example/pay",
  shopName: "Mugs & Prints",
  shopCountry: "DE",
};
const RESULTS: Record<Saying, string> = {
  completed: "completed",
  pending: "pending",
  declined: "failed",
  unknown: "maybe",
};

function write(facts: Facts, secret: string): Record<string, string> {
  const fields = {
    x_account_id: facts.account === "own" ? "zork" : "quux",
    x_reference: facts.reference,
    x_currency: facts.currency,
    x_test: String(facts.environment === "test"),
    x_amount: formatDecimal(facts.amount, facts.currency),
    x_gateway_reference: `blorb-${facts.reference}`,
    x_timestamp: "2026-11-21T12:15:41Z",
    x_result: RESULTS[facts.saying],
    x_message: "hello world",
  };
  return { ...fields, x_signature: signUniversalFields(fields, secret) };
}

function toText(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function asReturn(fields: Fields): ProviderRequest {
  return { method: "GET", query: toText(fields), body: null, contentType: null, headers: {} };
}

function asForm(fields: Fields): ProviderRequest {
  const body = Buffer.from(new URLSearchParams(toText(fields)).toString());
  return { method: "POST", query: {}, body, contentType: "application/x-www-form-urlencoded", headers: {} };
}

const channel = {
  write,
  sayings: ["completed", "pending", "declined"] as const,
  signatureField: "x_signature",
  outcomeField: "x_result",
  successWord: "completed",
};

testGateway({
  type: "universal",
  config: (providerUrl) => ({ ...CONFIG, forwardUrl: `${providerUrl}/pay` }),
  secret: SECRET,
  currency: "EUR",
  named: ["amount", "currency", "environment", "account"],
  returns: { ...channel, encode: asReturn },
  notifications: { ...channel, encode: asForm },
  readStart: ({ fields = {} }) => ({
    reference: fields["x_reference"] ?? "",
    returnUrl: fields["x_url_complete"] ?? "",
    notifyUrl: fields["x_url_callback"] ?? "",
  }),
});

function create(config: Record<string, unknown> = {}, environment: Environment = "test"): Gateway {
  const configured = configureGateway({ ...CONFIG, ...config }, environment);
  assert.deepEqual(configured.issues, undefined);
  return configured.create({ id: "hosted", fetch: globalThis.fetch, now: () => new Date(0) });
}

const TRIP = makeTrip({ currency: "EUR" });
const FACTS: Facts = {
  saying: "completed",
  reference: TRIP.attempt.reference,
  remoteId: undefined,
  amount: 4300,
  currency: "EUR",
  environment: "test",
  account: "own",
};

function signed(changes: Record<string, string | undefined>): Record<string, string> {
  const { x_signature: _signature, ...fields } = write(FACTS, SECRET);
  const changed = Object.fromEntries(
    Object.entries({ ...fields, ...changes }).filter((field): field is [string, string] => field[1] !== undefined),
  );
  return { ...changed, x_signature: signUniversalFields(changed, SECRET) };
}

async function reportOf(fields: Record<string, string>): Promise<Report> {
  return withReport(await create().verifyReturn(asReturn(fields), TRIP)).report;
}

function refuses(fields: Record<string, string>, message: RegExp): Promise<void> {
  return assert.rejects(reportOf(fields), (error) => error instanceof VerificationError && message.test(error.message));
}

describe("the signature", () => {
  const vector = {
    x_account_id: "zork",
    x_amount: "123.45",
    x_currency: "USD",
    x_gateway_reference: "blorb123",
    x_message: "helloworld",
    x_reference: "order-500",
    x_result: "completed",
    x_test: "true",
    x_timestamp: "2014-03-24T12:15:41Z",
  };

  test("is the protocol's own vector", () => {
    const expected = "82b635305a18e3e614c473ab4dce900a7c00db79bd68525e565a29ff69218f37";
    assert.equal(signUniversalFields(vector, SECRET), expected);
    const shuffled = Object.fromEntries(Object.entries(vector).toReversed());
    assert.equal(signUniversalFields(shuffled, SECRET), expected, "in any order");
    assert.equal(signUniversalFields({ ...vector, x_signature: "x", token: "y", X_TEST: "z" }, SECRET), expected);
  });

  test("proves the vector's message", async () => {
    const trip = makeTrip({ amount: 12_345 }, { reference: "order-500" });
    const { proof, report } = withReport(
      await create().verifyReturn(asReturn({ ...vector, x_signature: signUniversalFields(vector, SECRET) }), trip),
    );
    assert.equal(proof, "signed");
    assert.deepEqual(report, {
      outcome: "completed",
      remoteId: "blorb123",
      remoteState: "completed",
      amount: 12_345,
      currency: "USD",
      environment: "test",
      message: "helloworld",
    });
  });

  test("is accepted in upper-case hex", async () => {
    const fields = write(FACTS, SECRET);
    const report = await reportOf({ ...fields, x_signature: fields["x_signature"]?.toUpperCase() ?? "" });
    assert.equal(report.outcome, "completed");
  });

  test("ignores fields without the prefix", async () => {
    assert.equal((await reportOf({ ...write(FACTS, SECRET), utm_source: "mail" })).outcome, "completed");
  });
});

describe("the handoff", () => {
  const home: Address = {
    name: "Grace Brewster Hopper",
    company: "Navy",
    line1: "1 Main St",
    line2: "Flat 2",
    city: "Arlington",
    region: "VA",
    postalCode: "22201",
    country: "US",
    phone: "+1 555 0100",
  };

  test("posts every field of the protocol, signed", async () => {
    const { session, attempt } = makeTrip({
      currency: "EUR",
      customer: {
        email: "ada@example.com",
        name: "Ada King Lovelace",
        phone: "+44 20 7946 0000",
        billingAddress: { line1: "2 High St", city: "London", country: "GB" },
        shippingAddress: home,
      },
    });
    const { handoff } = await create().start({ session, attempt }, TRIP_URLS);
    assert.equal(handoff.method, "POST");
    assert.equal(handoff.url, "https://provider.example/pay");
    const { x_signature: signature, ...fields } = handoff.fields ?? {};
    assert.deepEqual(fields, {
      x_account_id: "zork",
      x_amount: "43.00",
      x_currency: "EUR",
      x_customer_billing_address1: "2 High St",
      x_customer_billing_city: "London",
      x_customer_billing_country: "GB",
      x_customer_email: "ada@example.com",
      x_customer_first_name: "Ada King",
      x_customer_last_name: "Lovelace",
      x_customer_phone: "+44 20 7946 0000",
      x_customer_shipping_address1: "1 Main St",
      x_customer_shipping_address2: "Flat 2",
      x_customer_shipping_city: "Arlington",
      x_customer_shipping_company: "Navy",
      x_customer_shipping_country: "US",
      x_customer_shipping_first_name: "Grace Brewster",
      x_customer_shipping_last_name: "Hopper",
      x_customer_shipping_phone: "+1 555 0100",
      x_customer_shipping_state: "VA",
      x_customer_shipping_zip: "22201",
      x_description: "2 × Mug, Print",
      x_invoice: "1001",
      x_reference: attempt.reference,
      x_shop_country: "DE",
      x_shop_name: "Mugs & Prints",
      x_test: "true",
      x_transaction_type: "sale",
      x_url_callback: TRIP_URLS.notifyUrl,
      x_url_cancel: TRIP_URLS.cancelUrl,
      x_url_complete: TRIP_URLS.returnUrl,
    });
    assert.equal(signature, signUniversalFields(fields, SECRET));
  });

  test("leaves out what the session does not have, and never an amount's digits", async () => {
    const trip = makeTrip({ currency: "JPY", items: [], customer: { name: "Cher" } });
    delete trip.session.orderId;
    const { handoff } = await create({}, "live").start(trip, TRIP_URLS);
    const fields = handoff.fields ?? {};
    assert.equal(fields["x_amount"], "4300");
    assert.equal(fields["x_test"], "false");
    assert.equal(fields["x_invoice"], "cs_1");
    assert.equal(fields["x_customer_first_name"], "Cher");
    for (const name of ["x_description", "x_customer_last_name", "x_customer_email", "x_customer_billing_country"]) {
      assert.ok(!(name in fields), name);
    }
    for (const [currency, amount] of [
      ["KWD", "4.300"],
      ["CLF", "0.4300"],
      ["USD", "43.00"],
    ] as const) {
      const start = await create().start(makeTrip({ currency }), TRIP_URLS);
      assert.equal(start.handoff.fields?.["x_amount"], amount);
    }
  });
});

describe("a message", () => {
  test("is read with the digits of its currency", async () => {
    for (const [currency, decimal, amount] of [
      ["JPY", "4300", 4300],
      ["KWD", "4.300", 4300],
      ["CLF", "0.4300", 4300],
      ["EUR", "43", 4300],
      ["USD", "43.00", 4300],
    ] as const) {
      const report = await reportOf(signed({ x_currency: currency, x_amount: decimal }));
      assert.ok("amount" in report);
      assert.equal(report.amount, amount);
      assert.equal(report.currency, currency);
    }
  });

  test("takes success for completed, and keeps the provider's word", async () => {
    const report = await reportOf(signed({ x_result: "success" }));
    assert.equal(report.outcome, "completed");
    assert.equal(report.remoteState, "success");
  });

  test("is declined where it failed, with the provider's words as plain text", async () => {
    assert.deepEqual(await reportOf(signed({ x_result: "failed", x_message: " Not\u0000 to\nday <b>" })), {
      outcome: "declined",
      code: "gateway_declined",
      remoteId: `blorb-${TRIP.attempt.reference}`,
      remoteState: "failed",
      environment: "test",
      message: "Not to day <b>",
    });
    const report = await reportOf(signed({ x_result: "failed", x_gateway_reference: "", x_message: undefined }));
    assert.deepEqual(report, {
      outcome: "declined",
      code: "gateway_declined",
      remoteState: "failed",
      environment: "test",
    });
  });

  test("comes back in a form, too", async () => {
    const { report } = withReport(await create().verifyReturn(asForm(write(FACTS, SECRET)), TRIP));
    assert.equal(report.outcome, "completed");
  });

  test("has every field that the protocol requires, in the protocol's form", async () => {
    for (const name of Object.keys(write(FACTS, SECRET))) {
      if (name === "x_signature" || name === "x_message") continue;
      await refuses(signed({ [name]: undefined }), new RegExp(name));
    }
    const wrong: [string, string][] = [
      ["x_amount", "43.001"],
      ["x_amount", "4,300.00"],
      ["x_amount", "-43.00"],
      ["x_amount", "4.3e1"],
      ["x_amount", ""],
      ["x_currency", "eur"],
      ["x_currency", "XXX"],
      ["x_test", "TRUE"],
      ["x_test", "1"],
      ["x_result", "COMPLETED"],
      ["x_result", "paid"],
      ["x_result", ""],
      ["x_gateway_reference", ""],
      ["x_gateway_reference", "a\u0000b"],
      ["x_gateway_reference", "x".repeat(256)],
      ["x_timestamp", "yesterday"],
    ];
    for (const [name, value] of wrong) await refuses(signed({ [name]: value }), new RegExp(name));
  });

  test("has no field that the protocol does not have, though it is signed", async () => {
    for (const name of ["x_amount1", "x_", "x_fee", "x_signature2", "x_transaction_type"]) {
      await refuses(signed({ [name]: "1" }), /the protocol has no field/);
    }
  });

  test("of another account is refused, though the secret is the same", () =>
    refuses(signed({ x_account_id: "quux" }), /another account/));

  test("of another attempt is refused, also where its reference only begins alike", async () => {
    await refuses(signed({ x_reference: `${TRIP.attempt.reference}0` }), /another attempt/);
    await refuses(signed({ x_reference: TRIP.attempt.reference.slice(0, -1) }), /another attempt/);
  });

  test("says the same only once: the same signed text read with other boundaries is refused", async () => {
    const fields = write(FACTS, SECRET);
    const { x_message: message = "", x_gateway_reference: gatewayReference = "", ...rest } = fields;
    // Every one of these has the signature of the true message.
    const swallowed: Record<string, string>[] = [
      { ...rest, x_gateway_reference: `${gatewayReference}x_message${message}` },
      { ...withoutField(fields, "x_amount"), x_amount4: "3.00" },
      { ...withoutField(fields, "x_message"), x_messagehello: " world" },
      { ...withoutField(fields, "x_test"), x_testt: "rue" },
      { ...withoutField(withoutField(fields, "x_test"), "x_timestamp"), x_testtruex_timestamp: "2026-11-21T12:15:41Z" },
    ];
    for (const other of swallowed) {
      assert.equal(signUniversalFields(other, SECRET), fields["x_signature"], "the signature is the same");
      await refuses(other, /not understood|the protocol has no field/);
    }
  });

  test("cannot be cut out of the words that a provider repeats from a customer", async () => {
    const { reference } = TRIP.attempt;
    const words = `Ax_reference${reference}x_resultcompletedx_testtruex_timestamp2026`;
    const declined = signed({ x_result: "failed", x_message: words });
    const cut = {
      ...declined,
      x_message: "A",
      x_result: "completed",
      x_timestamp: `2026x_reference${reference}x_resultfailedx_testtruex_timestamp2026-11-21T12:15:41Z`,
    };
    assert.equal(signUniversalFields(cut, SECRET), declined["x_signature"], "the signature is the same");
    await refuses(cut, /x_timestamp/);
  });
});

function withoutField(fields: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
}

describe("the configuration", () => {
  const pathsOf = (changes: Record<string, unknown>, environment: Environment = "test") =>
    configureGateway({ ...CONFIG, ...changes }, environment).issues?.map(({ path }) => path);

  test("names each fault with its path, all at once", () => {
    assert.deepEqual(
      configureGateway({ type: "universal" }, "test")
        .issues?.map(({ path }) => path)
        .sort(),
      ["/accountId", "/forwardUrl", "/secret", "/shopCountry", "/shopName"],
    );
    assert.deepEqual(pathsOf({ secret: " ", shopCountry: "Germany", extra: 1 })?.sort(), [
      "/extra",
      "/secret",
      "/shopCountry",
    ]);
    assert.deepEqual(
      configureGateway({ type: "paypal" }, "test").issues?.map(({ path }) => path),
      ["/type"],
    );
    assert.deepEqual(
      configureGateway(null, "test").issues?.map(({ path }) => path),
      ["/type"],
    );
  });

  test("takes an address that is absolute and has no user, password and fragment", () => {
    for (const forwardUrl of [
      "/pay",
      "javascript:alert(1)",
      "ftp://a.example/",
      "https://u:p@a.example/",
      "https://u@a.example/",
      "https://:p@a.example/",
      "https://a.example/#x",
      "",
    ]) {
      assert.deepEqual(pathsOf({ forwardUrl }), ["/forwardUrl"], forwardUrl);
    }
    assert.equal(pathsOf({ forwardUrl: "http://127.0.0.1:4302/pay?a=1" }), undefined);
  });

  test("takes only public https addresses in live", () => {
    for (const host of [
      "localhost",
      "10.0.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "0x7f.1",
      "[::1]",
      "[fd00::1]",
      "[::ffff:10.0.0.1]",
      "pay.internal",
      "pay",
    ]) {
      assert.deepEqual(pathsOf({ forwardUrl: `https://${host}/pay` }, "live"), ["/forwardUrl"], host);
    }
    assert.deepEqual(pathsOf({ forwardUrl: "http://provider.example/pay" }, "live"), ["/forwardUrl"]);
    for (const host of ["provider.example", "8.8.8.8", "[2606:4700::1111]"]) {
      assert.equal(pathsOf({ forwardUrl: `https://${host}/pay` }, "live"), undefined, host);
    }
  });

  test("has defaults for label and presentations, and no ability beyond the trip", () => {
    const gateway = create();
    assert.equal(gateway.label, "Pay online");
    assert.deepEqual(gateway.presentations, ["redirect", "iframe", "popup"]);
    assert.deepEqual(gatewayAbilities(gateway), []);
    assert.deepEqual(create({ label: "Card", presentations: ["iframe"] }).presentations, ["iframe"]);
  });
});
