/**
 * Money that no provider moves: bank transfer, cash, a cheque.
 *
 * 1. `start` sends the customer to the session's plain page, and reports the payment as pending from then on.
 * 2. The page shows the instructions: how much, and which reference to give.
 * 3. The merchant sees the money arrive and receives the payment, or voids it. Nobody else has a say: there is no
 *    return and no notification that could be proven.
 */
import { z } from "zod";
import { formatMoney } from "../../shared/money.ts";
import { Locale } from "../../shared/records.ts";
import type { Presentation } from "../../shared/states.ts";
import { VerificationError } from "../errors.ts";
import { gatewayLabel, gatewayPresentations } from "./config-fields.ts";
import type { Gateway, GatewayContext, GatewayType } from "./gateway.ts";

/** The configuration of a manual way to pay. */
export interface ManualConfig {
  type: "manual";
  label: string;
  presentations: Presentation[];
  /** Text by language tag; `{amount}` and `{reference}` are filled in. */
  instructions: Record<string, string>;
}

const DEFAULT_INSTRUCTIONS = {
  en: "Please pay {amount} and give the reference {reference}. Your order is complete as soon as the money has arrived.",
};

const ManualConfig: z.ZodType<ManualConfig> = z.strictObject({
  type: z.literal("manual"),
  label: gatewayLabel("Bank transfer"),
  presentations: gatewayPresentations(["redirect", "popup"], ["redirect"]),
  instructions: z
    .record(Locale, z.string().min(1, "must not be empty").max(2000))
    .refine((texts) => Object.keys(texts).length > 0, "must have at least one language")
    .default(DEFAULT_INSTRUCTIONS),
});

/** The gateway type `manual`. */
export const manual: GatewayType<ManualConfig> = {
  type: "manual",
  configSchema: ManualConfig,
  addresses: () => ({}),
  create: (config, context) => createManual(config, context),
};

function createManual({ type, label, presentations, instructions }: ManualConfig, context: GatewayContext): Gateway {
  const { id, environment } = context;
  return {
    id,
    type,
    label,
    presentations,
    // Its only page is our own.
    origins: [],
    isReceivedByMerchant: true,
    checkSession: () => [],
    start: async ({ attempt }, { pageUrl }) => ({
      handoff: { method: "GET", url: pageUrl },
      report: {
        outcome: "pending",
        remoteId: attempt.reference,
        remoteState: "pending",
        amount: attempt.amount,
        currency: attempt.currency,
        environment,
      },
    }),
    // No provider stands behind it, so whoever sends these is not one.
    verifyReturn: async () => {
      throw new VerificationError("nobody sends a customer back from a manual payment");
    },
    verifyNotification: async () => {
      throw new VerificationError("nobody notifies of a manual payment");
    },
    // The merchant has done both by hand; here they are only written down.
    void: async (_payment, { operationId }) => ({
      status: "succeeded",
      remoteId: operationId,
      remoteState: "voided",
    }),
    refund: async (_payment, { operationId }) => ({
      status: "succeeded",
      remoteId: operationId,
      remoteState: "refunded",
    }),
    instructions: ({ attempt }, locale) => {
      const [language, text] = nearestText(instructions, locale);
      const values: Record<string, string> = {
        amount: formatMoney(attempt.amount, attempt.currency, language),
        reference: attempt.reference,
      };
      // In one pass, so that what is filled in is not searched again.
      return text.replaceAll(/\{(amount|reference)\}/g, (_placeholder, name: string) => values[name] ?? "");
    },
  };
}

/** Finds a text by the wanted tag, then by its language alone, then in English, then the first there is. */
function nearestText(texts: Readonly<Record<string, string>>, locale = "en"): [tag: string, text: string] {
  const entries = Object.entries(texts);
  const wanted = locale.toLowerCase();
  const [language = ""] = wanted.split("-");
  const find = (matches: (tag: string) => boolean) => entries.find(([tag]) => matches(tag.toLowerCase()));
  return (
    find((tag) => tag === wanted) ??
    find((tag) => tag === language) ??
    find((tag) => tag.startsWith(`${language}-`)) ??
    find((tag) => tag === "en" || tag.startsWith("en-")) ??
    entries[0] ?? ["en", DEFAULT_INSTRUCTIONS.en]
  );
}
