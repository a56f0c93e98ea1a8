import { createHmac, randomUUID } from "node:crypto";
import type { TestAnswer, TestServer } from "./server.ts";

const SECRET = "dwolla-test-secret";
const BASE_URL = "http://dwolla.localhost:4302";

/** A `dwolla` gateway for tests, whose provider is a {@link ScriptedDwolla}. */
export const DWOLLA = {
  type: "dwolla",
  label: "Bank account",
  key: "dwolla-test-key",
  secret: SECRET,
  destinationId: "812-713-9234",
  baseUrl: BASE_URL,
};

/** One checkout at the provider. */
interface RemoteCheckout {
  id: string;
  status: "Created" | "ReadyForApiCheckout" | "Completed" | "Expired";
  total: string;
  orderId: string;
  /** Where the customer comes back. */
  redirect: string;
}

/** A provider that does what a test says, behind `fetch`. */
export interface ScriptedDwolla {
  fetch: typeof globalThis.fetch;
  checkouts: RemoteCheckout[];
  /** The path and method of every call. */
  calls: string[];
  /** Set to make the next calls fail: before anything is done, or after it was. */
  fault: "none" | "before" | "after";
  /** The latest checkout. */
  latest(): RemoteCheckout;
}

/** Makes a provider with nothing in it. */
export function scriptedDwolla(): ScriptedDwolla {
  const dwolla: ScriptedDwolla = {
    checkouts: [],
    calls: [],
    fault: "none",
    latest: () => {
      const checkout = dwolla.checkouts.at(-1);
      if (checkout === undefined) throw new Error("no checkout was created");
      return checkout;
    },
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const method = init?.method ?? "GET";
      dwolla.calls.push(`${method} ${url.pathname}`);
      if (dwolla.fault === "before") throw new TypeError("fetch failed");
      const answer = carryOut(dwolla, method, url.pathname, init?.body);
      if (dwolla.fault === "after") throw new TypeError("fetch failed");
      return Response.json({ Success: true, Message: "Success", Response: answer });
    },
  };
  return dwolla;
}

function carryOut({ checkouts }: ScriptedDwolla, method: string, path: string, body: unknown): unknown {
  const [, id, action] = /checkouts(?:\/([^/]+))?(?:\/(complete))?$/.exec(path) ?? [];
  if (method === "POST" && id === undefined) {
    const { purchaseOrder, ...given } = JSON.parse(String(body)) as Pick<RemoteCheckout, "orderId" | "redirect"> & {
      purchaseOrder: { total: unknown };
    };
    const { orderId, redirect } = given;
    const total = String(purchaseOrder.total);
    const checkout: RemoteCheckout = { id: randomUUID(), status: "Created", total, orderId, redirect };
    checkouts.push(checkout);
    return { CheckoutId: checkout.id };
  }
  const checkout = checkouts.find((candidate) => candidate.id === id);
  if (checkout === undefined) throw new Error(`there is no checkout ${id}`);
  if (action === "complete") {
    checkout.status = "Completed";
    return {
      CheckoutId: id,
      Amount: Number(checkout.total),
      TestMode: "true",
      TransactionId: null,
      OrderId: checkout.orderId,
      ClearingDate: "2026-11-21T12:00:00Z",
      DestinationTransactionId: null,
    };
  }
  return { CheckoutId: id, Status: checkout.status, Total: Number(checkout.total), TransactionId: null };
}

/** Sends Dwolla's callback about a checkout. */
export function notifyDwolla(
  server: TestServer,
  { id, total, orderId }: RemoteCheckout,
  changes: Record<string, unknown> = {},
): Promise<TestAnswer> {
  const callback = {
    Amount: Number(total),
    CheckoutId: id,
    ClearingDate: "2026-11-21T12:00:00Z",
    Error: null,
    OrderId: orderId,
    Signature: createHmac("sha1", SECRET)
      .update(`${id}&${Number(total).toFixed(2)}`)
      .digest("hex"),
    Status: "Completed",
    TestMode: "true",
    TransactionId: "null",
    ...changes,
  };
  return server.call("/notify/account", { key: null, json: callback });
}
