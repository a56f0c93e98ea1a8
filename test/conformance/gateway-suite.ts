/** What the parts of the gateways' suite have in common. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { GatewayError, VerificationError, type CheckoutError } from "../../server/errors.ts";
import type { Gateway, Trip } from "../../server/gateways/gateway.ts";
import { configureGateway } from "../../server/gateways/index.ts";
import type { ScriptedProvider } from "../support/scripted-provider.ts";
import { makeTrip } from "../support/trip.ts";
import { PATIENT_MS, REMOTE_ID, type Channel, type Facts, type GatewayDriver } from "./gateway-driver.ts";

const NOW = new Date("2026-11-21T12:00:00.000Z");

/** What every part of the suite is given. */
export interface Suite {
  driver: GatewayDriver;
  provider: () => ScriptedProvider;
}

/** Makes the gateway as it is configured, with the provider at an address. */
export function createGateway({ driver, provider }: Suite, url = provider().url, timeoutMs = PATIENT_MS): Gateway {
  const configured = configureGateway(driver.config(url, timeoutMs), "test");
  assert.deepEqual(configured.issues, undefined);
  return configured.create({ id: "gateway", fetch: globalThis.fetch, now: () => NOW });
}

/** Makes a trip as it stands when the provider is met. */
export function tripOf({ currency, token }: GatewayDriver, capture: "automatic" | "manual" = "automatic"): Trip {
  return makeTrip({ currency, capture }, token === undefined ? { remoteId: REMOTE_ID } : token.attempt);
}

/** Makes what the provider may say of a trip. */
export function factsOf({ attempt }: Trip, facts: Partial<Facts> = {}): Facts {
  const { reference, remoteId, amount, currency, environment } = attempt;
  return { saying: "completed", reference, remoteId, amount, currency, environment, account: "own", ...facts };
}

/** Waits for a refusal, and sees to it that it shows no secret. */
export async function refusal(driver: GatewayDriver, refused: Promise<unknown>): Promise<CheckoutError> {
  const error = await refused.then(
    (value) => assert.fail(`expected a refusal, got ${inspect(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof VerificationError || error instanceof GatewayError, inspect(error));
  assertNoSecret(driver, error);
  return error;
}

/** Sees to it that something shows no secret. */
export function assertNoSecret({ secret }: GatewayDriver, shown: unknown): void {
  const text = inspect(shown, { depth: 10 });
  assert.ok(!text.includes(secret) && !text.includes(encodeURIComponent(secret)), `a secret is shown: ${text}`);
}

/** Messages of which one field was altered, added or dropped, with the signature as it was. */
export function* alterations(fields: Readonly<Record<string, unknown>>, { signatureField }: Channel) {
  for (const [name, value] of Object.entries(fields)) {
    if (name === signatureField) continue;
    const { [name]: _dropped, ...rest } = fields;
    yield rest;
    const others =
      typeof value === "number" ? [value + 1, value / 10, String(value)] : [`${String(value)}1`, `1${String(value)}`];
    for (const other of [...others, "", "null", "true", "false", "Completed", "completed"])
      yield { ...rest, [name]: other };
    // The same letters with the boundary between name and value moved.
    yield { ...rest, [name + String(value).slice(0, 1)]: String(value).slice(1) };
    yield { ...rest, [name.slice(0, -1)]: name.slice(-1) + String(value) };
  }
  yield { ...fields, x_extra: "1", Extra: "1" };
}
