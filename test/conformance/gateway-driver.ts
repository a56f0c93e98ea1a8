import type { ProviderRequest, Report } from "../../server/gateways/gateway.ts";
import type { AttemptRecord } from "../../server/stores/ledger.ts";
import type { Handoff } from "../../shared/records.ts";
import type { Environment } from "../../shared/states.ts";
import type { ReceivedRequest, Script } from "../support/scripted-provider.ts";

/** What a provider says about a trip; `unknown` stands for a word that the provider's protocol does not have. */
export type Saying = "completed" | "pending" | "declined" | "unknown";

/** A message of the provider, before it is written in its protocol. */
export interface Facts {
  saying: Saying;
  /** The attempt's reference. */
  reference: string;
  /** The remote checkout's id, where the provider gave one. */
  remoteId: string | undefined;
  amount: number;
  currency: string;
  environment: Environment;
  account: "own" | "foreign";
}

/** The fields of a message, its signature among them. */
export type Fields = Record<string, unknown>;

/** One way in which messages come in the provider's name: the customer's return, or the provider's notification. */
export interface Channel {
  /** Writes a message, signed with a secret. */
  write(facts: Facts, secret: string): Fields;
  /** Puts fields in the form in which they come. */
  encode(fields: Fields): ProviderRequest;
  /** What it can say. */
  sayings: readonly Saying[];
  signatureField: string;
  /** Where it says what became of the payment, and the word for success. */
  outcomeField: string;
  successWord: unknown;
}

/** How the provider's own interface behaves, for a gateway that calls it. */
export interface ProviderScripts {
  /** Answers every call about one checkout, which stands so. */
  stand(
    standing: "unpaid" | "completed" | "authorized" | "unknown",
    checkout: { remoteId: string; amount: number },
  ): Script;
  /** Says no, in the provider's words. */
  refuse(words: string): Script;
}

/** What the suite must know of a gateway: how its provider speaks, signs and is asked. */
export interface GatewayDriver {
  type: string;
  /** Its part of the configuration, with the provider at this address, which gets so long to answer. */
  config(providerUrl: string, timeoutMs: number): Record<string, unknown>;
  /** The provider's secret, with which it signs. */
  secret: string;
  currency: string;
  /** What a message names, and so what a forger can change. */
  named: readonly ("amount" | "currency" | "environment" | "account")[];
  returns?: Channel;
  notifications?: Channel;
  /** Notifications that end an action which the provider had called pending. */
  actions?: Channel;
  /** For a gateway whose customer leaves a token at the provider, with which `fetchPayment` then asks for the money. */
  token?: { attempt: Partial<AttemptRecord>; bringBack(token: string): ProviderRequest };
  /** For a gateway that saves and charges sources: how its provider answers, and where a call's key is. */
  sources?: {
    save(paymentSourceToken: string, customerToken?: string): Script;
    keyOf(request: ReceivedRequest): unknown;
  };
  /** Absent where the gateway calls nobody. */
  provider?: ProviderScripts;
  /** Finds what the provider learned when an attempt started: in the handoff, or in the calls that it got. */
  readStart?(
    handoff: Handoff,
    received: readonly ReceivedRequest[],
  ): { reference: string; returnUrl: string; notifyUrl: string };
}

/** Long enough for a provider that answers at all, on a machine that is busy. */
export const PATIENT_MS = 10_000;
/** For a provider that never will. */
export const HURRIED_MS = 100;

/** The remote checkout's id in the suite, and another one. */
export const REMOTE_ID = "f32b1e55-9612-4b6d-90f9-1c1519e588da";
export const OTHER_REMOTE_ID = "694e6bcb-349f-451d-bf5d-8aa16530c960";

/** Gives what a channel said of a payment, where it must have said something of one. */
export function withReport<Result extends object>(verified: Result): Extract<Result, { report: Report }> {
  if (!("report" in verified)) throw new TypeError("this says nothing of a payment");
  return verified as Extract<Result, { report: Report }>;
}

/** Names each channel that a gateway has. */
export function channelsOf({ returns, notifications }: GatewayDriver): ["return" | "notification", Channel][] {
  return [
    ...(returns === undefined ? [] : [["return", returns] as ["return", Channel]]),
    ...(notifications === undefined ? [] : [["notification", notifications] as ["notification", Channel]]),
  ];
}

/** Messages whose signature is not the provider's; every one must be refused before anything is looked at. */
export function forgeSignatures(
  { secret }: GatewayDriver,
  channel: Channel,
  facts: Facts,
): Record<string, ProviderRequest> {
  const signed = channel.write(facts, secret);
  const signature = String(signed[channel.signatureField]);
  const forged = (value: string | undefined) => {
    const { [channel.signatureField]: _signature, ...rest } = signed;
    return channel.encode(value === undefined ? rest : { ...rest, [channel.signatureField]: value });
  };
  const last = signature.endsWith("0") ? "1" : "0";
  return {
    "a wrong signature": forged(signature.slice(0, -1) + last),
    "no signature": forged(undefined),
    "an empty signature": forged(""),
    "a truncated signature": forged(signature.slice(0, -2)),
    "half a signature": forged(signature.slice(0, signature.length / 2)),
    "a signature with more behind it": forged(`${signature}00`),
    "the signature of another message": forged(
      String(channel.write({ ...facts, amount: facts.amount + 1 }, secret)[channel.signatureField]),
    ),
    "a signature with another secret": channel.encode(channel.write(facts, "the secret of somebody else")),
    "a signature with an empty secret": channel.encode(channel.write(facts, "")),
  };
}

/** Messages without the body whose bytes count; empty for a channel that has none. */
export function dropBody(channel: Channel, fields: Fields): Record<string, ProviderRequest> {
  const request = channel.encode(fields);
  if (request.method !== "POST") return {};
  const query = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return {
    "no body": { ...request, body: null },
    "an empty body": { ...request, body: Buffer.alloc(0) },
    "its fields in the query in place of the body": { ...request, query, body: null },
    "a body cut in half": { ...request, body: request.body?.subarray(0, request.body.length / 2) ?? null },
    "a body of another media type": { ...request, contentType: "text/plain" },
    "a body of no media type": { ...request, contentType: null },
  };
}

/** Numbers that could be a card's: the public test numbers of the schemes. */
export const CARD_NUMBERS = [
  "4111111111111111",
  "4111-1111-1111-1111",
  "4111 1111 1111 1111",
  "5555555555554444",
  "378282246310005",
  "4222222222222",
  "6304000000000000000",
  "501800000009",
  "4111111111111111=2512",
  "4111111111111111|12|30|123",
];
