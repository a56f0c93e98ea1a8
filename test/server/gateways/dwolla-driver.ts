import { signDwolla } from "../../../server/gateways/dwolla.ts";
import type { ProviderRequest } from "../../../server/gateways/gateway.ts";
import { formatDecimal } from "../../../shared/money.ts";
import type {
  Channel,
  Facts,
  Fields,
  GatewayDriver,
  ProviderScripts,
  Saying,
} from "../../conformance/gateway-driver.ts";
import { answerJson } from "../../support/scripted-provider.ts";

/** The secret of protocols.md's public vector. */
export const SECRET = "62hdv0jBjsBlD+0AmhVn9pQuULSC661AGo2SsksQTpqNUrff7Z";

/** A configuration without its optional parts. */
export const CONFIG = {
  type: "dwolla",
  key: "JCGQXLrlfuOqdUYdTcLz3rBiCZQDRvdWIUPkw++GMuGhkem9Bo",
  secret: SECRET,
  destinationId: "812-740-4294",
};

const CHECKOUTS = "/oauth/rest/offsitegateway/checkouts";
const STATUSES: Record<Saying, string> = {
  completed: "Completed",
  declined: "Failed",
  pending: "Pending",
  unknown: "Reversed",
};
const STANDINGS = {
  unpaid: "Created",
  completed: "Completed",
  authorized: "ReadyForApiCheckout",
  expired: "Expired",
  unknown: "Refunded",
} as const;

/** How a checkout stands at Dwolla. */
export interface Checkout {
  remoteId: string;
  amount: number;
  transactionId?: number | string | null;
  environment?: "test" | "live";
}

/** Answers as Dwolla about one checkout; the completing of it, too. */
export function stand(standing: keyof typeof STANDINGS, checkout: Checkout): ReturnType<typeof answerJson> {
  const { remoteId: CheckoutId, amount, transactionId = null, environment = "test" } = checkout;
  const answer = (Response: unknown) => answerJson(200, { Success: true, Message: "Success", Response });
  return (request, response) => {
    const { method, path } = request;
    if (method === "POST" && path === CHECKOUTS) return answer({ CheckoutId })(request, response);
    if (method === "POST" && path.endsWith("/complete")) {
      return answer({
        Amount: amount / 100,
        CheckoutId,
        ClearingDate: "8/28/2012 3:17:18 PM",
        OrderId: null,
        TestMode: String(environment === "test"),
        TransactionId: transactionId,
        DestinationTransactionId: null,
      })(request, response);
    }
    return answer({
      CheckoutId,
      Discount: null,
      Shipping: null,
      Tax: null,
      Total: amount / 100,
      Status: STANDINGS[standing],
      FundingSource: null,
      TransactionId: transactionId,
      ProfileId: null,
      DestinationTransactionId: null,
      OrderItems: [],
      Metadata: null,
    })(request, response);
  };
}

/** Says no, as Dwolla does: in an answer 200. */
export function refuse(words: string): ReturnType<typeof answerJson> {
  return answerJson(200, { Success: false, Message: words, Response: null });
}

/** Puts fields in the query of a return. */
export function asReturn(fields: Fields): ProviderRequest {
  const query = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return { method: "GET", query, body: null, contentType: null, headers: {} };
}

/** Puts fields in the body of a callback. */
export function asCallback(fields: Fields | string): ProviderRequest {
  const body = Buffer.from(typeof fields === "string" ? fields : JSON.stringify(fields));
  return { method: "POST", query: {}, body, contentType: "application/json", headers: {} };
}

/** Words the query of a return. */
export function writeReturn(facts: Facts, secret = SECRET): Fields {
  const { remoteId = "", amount, environment } = facts;
  return {
    signature: signDwolla(remoteId, amount, secret),
    orderId: facts.reference,
    amount: formatDecimal(amount, "USD"),
    checkoutId: remoteId,
    status: STATUSES[facts.saying],
    clearingDate: "8/28/2012 3:17:18 PM",
    transaction: environment === "test" ? "null" : "1312616",
    postback: "success",
    ...(environment === "test" ? { test: "true" } : {}),
  };
}

/** Words the body of a callback. */
export function writeCallback(facts: Facts, secret = SECRET): Fields {
  const { remoteId = "", amount, environment } = facts;
  return {
    Amount: amount / 100,
    CheckoutId: remoteId,
    ClearingDate: "8/28/2012 3:17:18 PM",
    Error: null,
    OrderId: facts.reference,
    Signature: signDwolla(remoteId, amount, secret),
    Status: STATUSES[facts.saying],
    TestMode: String(environment === "test"),
    TransactionId: environment === "test" ? null : 1_312_616,
  };
}

const sayings: Channel["sayings"] = ["completed", "declined"];
const provider: ProviderScripts = { stand, refuse };

/** Dwolla, as the gateways' suite must know it. */
export const DWOLLA: GatewayDriver = {
  type: "dwolla",
  config: (baseUrl, timeoutMs) => ({ ...CONFIG, baseUrl, timeoutMs }),
  secret: SECRET,
  currency: "USD",
  named: ["amount", "environment"],
  returns: {
    write: writeReturn,
    encode: asReturn,
    sayings,
    signatureField: "signature",
    outcomeField: "status",
    successWord: "Completed",
  },
  notifications: {
    write: writeCallback,
    encode: asCallback,
    sayings,
    signatureField: "Signature",
    outcomeField: "Status",
    successWord: "Completed",
  },
  provider,
  readStart: (_handoff, received) => {
    const created = JSON.parse(received[0]?.body ?? "{}") as Record<string, string>;
    return {
      reference: created["orderId"] ?? "",
      returnUrl: created["redirect"] ?? "",
      notifyUrl: created["callback"] ?? "",
    };
  },
};
