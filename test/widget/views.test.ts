import { OffsiteCheckout } from "../../widget/index.ts";
import { equal, includes, ok } from "./support/assert.ts";
import { settle } from "./support/clock.ts";
import { describe, it } from "./support/mocha.ts";
import {
  brokenConnection,
  problem,
  reply,
  sampleAttempt,
  samplePayment,
  sampleSession,
  SERVER,
  SESSION_ID,
} from "./support/scripted-server.ts";
import { findPart, part, press, spoken, textOf, useStage, viewOf } from "./support/stage.ts";

describe("loading a session", () => {
  const stage = useStage();

  it("renders nothing where no session is named", async () => {
    const element = document.createElement("offsite-checkout");
    document.body.append(element);
    await settle();
    equal(viewOf(element), "idle");
    equal(element.renderRoot.textContent?.trim(), "");
    equal(stage.server.calls.length, 0);
  });

  it("keeps room while it asks, then shows the start and says once that it is ready", async () => {
    const release = stage.server.hold();
    const element = await stage.mount();
    equal(viewOf(element), "loading");
    ok(part(element, "skeleton").offsetHeight > 200);
    release();
    await settle();
    equal(viewOf(element), "start");
    equal(stage.heard, [{ type: "offsite-ready", sessionId: SESSION_ID, status: "open" }]);
  });

  it("asks with the client secret alone: no cookies, no cache, no redirects", async () => {
    await stage.mount();
    const [call] = stage.server.calls;
    ok(call);
    const { url, init } = call;
    includes(url, `/v1/checkout-sessions/${SESSION_ID}`);
    equal((init.headers as Record<string, string>)["authorization"], "Bearer cs_secret_0123456789abcdefghijkl");
    equal([init.credentials, init.cache, init.redirect], ["omit", "no-store", "error"]);
  });

  it("asks once for attributes that come one after the other", async () => {
    const element = document.createElement("offsite-checkout");
    document.body.append(element);
    element.session = SESSION_ID;
    element.setAttribute("client-secret", "secret");
    element.server = "http://server.localhost/base/";
    await settle();
    equal(
      stage.server.calls.map(({ url }) => url),
      [`http://server.localhost/base/v1/checkout-sessions/${SESSION_ID}`],
    );
  });

  it("takes properties that were set before the script came", async () => {
    // Its definition comes after its properties, as where a script is slower than the page's own.
    const plain = document.createElement("early-checkout");
    Object.assign(plain, { session: SESSION_ID, clientSecret: "early", server: SERVER });
    class Early extends OffsiteCheckout {}
    customElements.define("early-checkout", Early);
    document.body.append(plain);
    await settle();
    equal(plain.getAttribute("client-secret"), "early");
    equal(stage.server.asked, 1);
    plain.remove();
  });

  it("tells of a session without its secret as not to be found", async () => {
    const element = await stage.mount({ "client-secret": "" });
    equal(viewOf(element), "lost");
    equal(stage.heard, [{ type: "offsite-error", sessionId: SESSION_ID, status: null, code: "unauthorized" }]);
    equal(stage.server.calls.length, 0);
  });

  for (const [name, answer, view, code] of [
    ["a broken connection", brokenConnection, "network", "network_error"],
    ["an error of the server", problem(500, "internal_error"), "problem", "internal_error"],
    ["too many requests", problem(429, "rate_limited"), "problem", "rate_limited"],
    ["a page in the place of an answer", () => reply("<html>"), "problem", "unexpected_answer"],
    ["an answer that is no session", () => reply({ hello: 1 }), "problem", "unexpected_answer"],
    ["an answer that is null", () => reply(null), "problem", "unexpected_answer"],
    ["an error that is null", () => reply(null, 500), "problem", "unexpected_answer"],
    ["a session without lines", () => reply({ ...sampleSession(), items: null }), "problem", "unexpected_answer"],
    ["a session without gateways", () => reply({ ...sampleSession(), gateways: {} }), "problem", "unexpected_answer"],
    ["an error with a code of every object", problem(500, "toString"), "problem", "toString"],
    ["an error with a code that is a number", () => reply({ code: 7 }, 500), "problem", "unexpected_answer"],
    ["another session", () => reply(sampleSession({ id: "cs_other" })), "problem", "unexpected_answer"],
    ["a currency that is none", () => reply(sampleSession({ currency: "€" })), "problem", "unexpected_answer"],
  ] as const) {
    it(`shows ${name} with a way to try again`, async () => {
      stage.server.answers.push(answer);
      const element = await stage.mount();
      equal(viewOf(element), view);
      equal(stage.heard, [{ type: "offsite-error", sessionId: SESSION_ID, status: null, code }]);
      ok(spoken(element, "alert") !== "");
      await press(element, "button");
      equal(viewOf(element), "start");
    });
  }

  for (const [status, code] of [
    [401, "unauthorized"],
    [404, "not_found"],
  ] as const) {
    it(`offers no second try where the server answers ${status}`, async () => {
      stage.server.answers.push(problem(status, code));
      const element = await stage.mount();
      equal(viewOf(element), "lost");
      equal(findPart(element, "button"), null);
      equal(
        stage.heard.map((event) => event.code),
        [code],
      );
    });
  }

  it("shows an address of the server that is none as not to be found", async () => {
    const element = await stage.mount({ server: "http://[" });
    equal(viewOf(element), "lost");
    equal(stage.types, ["error"]);
  });
});

describe("the summary", () => {
  const stage = useStage();

  it("shows lines, what is added and taken off, and the total", async () => {
    const element = await stage.mount();
    equal(
      textOf(element, "summary"),
      "Mug Stoneware 2 × €17.50 €35.00 Subtotal €35.00 Shipping €4.90 Tax €6.10 Discount -€3.00 Total €43.00",
    );
  });

  it("shows what comes to the total by itself, where something else is given for nothing", async () => {
    stage.server.session = sampleSession({ amount: 500, shipping: 500, tax: 0, discount: -3500 });
    equal(
      textOf(await stage.mount(), "summary"),
      "Mug Stoneware 2 × €17.50 €35.00 Subtotal €35.00 Shipping €5.00 Discount -€35.00 Total €5.00",
    );
  });

  it("makes the total the largest text", async () => {
    const element = await stage.mount();
    const size = (node: Element): number => Number.parseFloat(getComputedStyle(node).fontSize);
    const total = part(element, "total").querySelector("dd") as Element;
    const others = [...element.renderRoot.querySelectorAll("*")].filter((node) => node !== total);
    ok(others.every((node) => size(node) < size(total)));
  });

  it("shows the total alone where there is nothing to add up", async () => {
    stage.server.session = sampleSession({ items: [], shipping: 0, tax: 0, discount: 0 });
    equal(textOf(await stage.mount(), "summary"), "Total €43.00");
  });

  // What a browser writes without a usable language depends on its own.
  const BROWSERS_OWN = new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR" })
    .format(43)
    .replace(/\s/, " ");
  for (const [currency, locale, total] of [
    ["JPY", "en", "¥4,300"],
    ["KWD", "en", "KWD 4.300"],
    ["EUR", "de", "43,00 €"],
    ["EUR", "de_AT", "€ 43,00"],
    ["EUR", "no-such-language-tag-at-all", BROWSERS_OWN],
    ["EUR", "<b>", BROWSERS_OWN],
  ] as const) {
    it(`writes ${currency} in ${locale} as ${total}`, async () => {
      stage.server.session = sampleSession({ currency });
      const element = await stage.mount({ locale });
      equal(textOf(element, "total").replace("Total ", ""), total);
    });
  }

  it("takes the language of the nearest ancestor that names one", async () => {
    const parent = Object.assign(document.createElement("div"), { lang: "fr" });
    parent.dataset["stage"] = "";
    document.body.append(parent);
    includes(textOf(await stage.mount({}, parent), "total"), "43,00 €");
  });

  it("says so where no money moves", async () => {
    stage.server.session = sampleSession({ environment: "test" });
    includes(textOf(await stage.mount(), "test-mode"), "no money moves");
  });

  it("shows texts of the server as text, whatever they hold", async () => {
    const markup = `<img src=x onerror="parent.hacked=1"><script>hacked=1</script>{amount}`;
    stage.server.session = sampleSession({
      items: [{ name: markup, description: markup, quantity: 1, unitAmount: 4300 }],
      gateways: [
        { id: "a", label: markup, presentations: ["redirect"] },
        { id: "b", label: "$& $1 {order}", presentations: ["redirect"] },
      ],
      attempt: sampleAttempt({ state: "declined", gateway: "b", message: markup }),
    });
    const element = await stage.mount();
    equal(element.renderRoot.querySelector("img, script"), null);
    includes(textOf(element, "item"), markup);
    includes(textOf(element, "notice"), markup);
    includes(textOf(element, "gateways"), "$& $1 {order}");
    includes(textOf(element, "gateways"), markup);
  });
});

describe("the start", () => {
  const stage = useStage();

  it("lets the customer choose among gateways, and says what will happen", async () => {
    const element = await stage.mount();
    equal(
      [...element.renderRoot.querySelectorAll("label")].map((label) => label.textContent?.trim()),
      ["Card", "Bank & Co"],
    );
    includes(textOf(element, "hint"), "The payment page opens right here.");
    element.renderRoot.querySelectorAll("input")[1]?.click();
    await settle();
    includes(textOf(element, "hint"), "You pay on another page");
    stage.server.answers.push(problem(502, "gateway_unavailable"));
    await press(element, "button");
    equal(
      stage.server.started.map(({ body }) => body?.["gateway"]),
      ["bank"],
    );
    includes(textOf(element, "notice"), "We cannot reach the payment provider");
  });

  it("asks nothing where there is one gateway", async () => {
    const element = await stage.mount({ gateway: "card" });
    equal(findPart(element, "gateways"), null);
    includes(textOf(element, "hint"), "The payment page opens right here.");
  });

  it("takes up the gateway of the latest attempt", async () => {
    stage.server.session = sampleSession({ attempt: sampleAttempt({ gateway: "bank", state: "declined" }) });
    const element = await stage.mount();
    equal(element.renderRoot.querySelectorAll("input")[1]?.checked, true);
  });

  it("says that there is no way to pay where none is offered, and takes back that when one is", async () => {
    const element = await stage.mount({ gateway: "gone" });
    includes(textOf(element), "There is no way to pay this order");
    equal(
      stage.heard.map(({ type, code }) => [type, code]),
      [["offsite-error", "gateway_unavailable"]],
    );
    element.gateway = "card";
    await settle();
    ok(findPart(element, "button"));
  });

  it("names the amount on the button, or what the page wants", async () => {
    const element = await stage.mount();
    equal(textOf(element, "button"), "Pay €43.00");
    element.label = "Donate {amount} to {gateway} {nonsense}";
    await settle();
    equal(textOf(element, "button"), "Donate €43.00 to the payment provider {nonsense}");
  });

  for (const [state, code, title, event] of [
    ["cancelled", undefined, "Payment called off", "cancelled"],
    ["declined", "gateway_declined", "Payment declined", "declined"],
    ["settled", undefined, "Payment declined", "declined"],
    ["failed", "provider_error", "The payment did not go through", "error"],
    ["failed", "amount_mismatch", "The payment does not match your order", "error"],
    ["expired", undefined, "The time to pay ran out", "error"],
  ] as const) {
    it(`explains an attempt that is ${state}${code === undefined ? "" : ` (${code})`}, and tells the page once`, async () => {
      stage.server.session = sampleSession({
        attempt: sampleAttempt({ state, ...(code === undefined ? {} : { code }) }),
      });
      const element = await stage.mount();
      includes(textOf(element, "notice"), title);
      equal(textOf(element, "button"), "Pay €43.00");
      equal(stage.types, ["ready", event]);
      equal(stage.heard[1]?.code, code);
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      await settle();
      equal(stage.server.asked, 2);
      includes(textOf(element, "notice"), title);
      equal(stage.types, ["ready", event]);
    });
  }
});

describe("the results", () => {
  const stage = useStage();

  for (const [status, view, title, event] of [
    ["pending", "pending", "Your payment is on its way", "pending"],
    ["complete", "complete", "Payment received", "complete"],
    ["expired", "expired", "This checkout has expired", "expired"],
    ["cancelled", "withdrawn", "This order was withdrawn", "cancelled"],
  ] as const) {
    it(`shows a session that is ${status}, and tells the page once`, async () => {
      stage.server.session = sampleSession({ status, attempt: sampleAttempt({ state: "settled" }) });
      if (status === "complete") stage.server.change({ payment: samplePayment() });
      const element = await stage.mount();
      equal(viewOf(element), view);
      includes(textOf(element, "result"), title);
      includes(textOf(element, "result"), "Order order-7");
      equal(findPart(element, "form"), null);
      const paymentId = status === "complete" ? { paymentId: "pay_1" } : {};
      equal(stage.heard, [{ type: `offsite-${event}`, sessionId: SESSION_ID, status, ...paymentId }]);
      element.remove();
      document.body.append(element);
      await settle();
      equal(stage.server.asked, 2);
      equal(stage.heard.length, 1);
    });
  }

  it("names amount and gateway of what was paid", async () => {
    stage.server.complete();
    stage.server.change({ status: "complete" });
    includes(textOf(await stage.mount(), "result"), "Thank you for your payment of €43.00.");
  });

  it("thanks for the payment also where its gateway is no longer offered", async () => {
    stage.server.complete();
    stage.server.change({ gateways: [] });
    includes(textOf(await stage.mount(), "result"), "Thank you for your payment of €43.00.");
  });

  it("leads back to the shop, and to the details of a pending payment, by http(s) alone", async () => {
    stage.server.session = sampleSession({ status: "pending" });
    const element = await stage.mount();
    equal(part(element, "link").getAttribute("href"), stage.server.session.url);
    stage.server.session = sampleSession({ status: "expired", cancelUrl: "javascript:parent.hacked=1", version: 2 });
    await stage.clock.pass(4000);
    equal(viewOf(element), "expired");
    equal(element.renderRoot.querySelector("a"), null);
  });

  it("has a place for the page's own under a result", async () => {
    stage.server.complete();
    const element = await stage.mount();
    const link = Object.assign(document.createElement("a"), { slot: "complete", href: "/more", textContent: "More" });
    element.append(link);
    await settle();
    ok(link.assignedSlot);
  });
});
