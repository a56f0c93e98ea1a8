import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { RequestError, VerificationError } from "../../server/errors.ts";
import type { Gateway, GatewayContext, MoneyReport } from "../../server/gateways/gateway.ts";
import { parseJson } from "../../server/parse.ts";

/** The gateway's id. */
export const INSTANT_GATEWAY = "instant";
/** The header in which a notification is signed. */
export const SIGNATURE_HEADER = "x-signature";

const SECRET = createSecretKey("a provider's secret that only this benchmark knows", "utf8");

/** What the gateway's provider tells. */
export interface InstantNotification {
  reference: string;
  remoteId: string;
  /** Minor units. */
  amount: number;
  currency: string;
}

/** Signs the body of a notification. */
export function signNotification(body: string | Buffer): string {
  return createHmac("sha256", SECRET).update(body).digest("hex");
}

/**
 * A gateway whose provider answers at once and inside the process, so that what is measured is the checkout. It proves
 * what comes in the provider's name as others do, by a signature over the bytes.
 */
export function createInstantGateway({ environment }: Pick<GatewayContext, "environment">): Gateway {
  return {
    id: INSTANT_GATEWAY,
    type: "instant",
    label: "Instant",
    presentations: ["redirect"],
    origins: ["https://provider.example"],
    checkSession: () => [],
    start: async ({ attempt: { reference } }, { returnUrl, cancelUrl, notifyUrl }) => ({
      handoff: {
        method: "POST",
        url: "https://provider.example/pay",
        fields: { reference, return_url: returnUrl, cancel_url: cancelUrl, notify_url: notifyUrl },
      },
      remoteId: `checkout-${reference}`,
    }),
    verifyReturn: async () => {
      throw new VerificationError("nothing that a browser brings is signed here");
    },
    verifyNotification: async ({ body, headers }) => {
      if (body === null) throw new VerificationError("a notification needs a body");
      const expected = Buffer.from(signNotification(body));
      const given = Buffer.from(headers[SIGNATURE_HEADER] ?? "");
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new VerificationError("the signature is not the provider's");
      }
      const { reference, remoteId, amount, currency } = readNotification(body);
      const report: MoneyReport = {
        outcome: "completed",
        remoteId,
        remoteState: "paid",
        amount,
        currency,
        environment,
      };
      return { proof: "signed", report, attempt: { reference } };
    },
  };
}

function readNotification(body: Buffer): InstantNotification {
  const value = parseJson(body) as Partial<InstantNotification> | null;
  const { reference, remoteId, amount, currency } = value ?? {};
  if (
    typeof reference !== "string" ||
    typeof remoteId !== "string" ||
    typeof amount !== "number" ||
    typeof currency !== "string"
  ) {
    throw new RequestError("malformed_request", "this is not a notification");
  }
  return { reference, remoteId, amount, currency };
}
