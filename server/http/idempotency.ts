import { createHash } from "node:crypto";
import type { Context } from "koa";
import type { Checkout, KeepAnswer, KeyedCall } from "../checkout/checkout.ts";
import { hashSecret } from "../checkout/ids.ts";
import { secondsAfter } from "../checkout/schedule.ts";
import { InputError, RequestError, StateError } from "../errors.ts";
import { bodyBytes } from "./body.ts";

const KEPT_SECONDS = 172_800;
/** Longer than a request may run. */
const LEASE_SECONDS = 60;
const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

/** An answer to a POST: status and JSON body. */
export interface Answer {
  status: number;
  body: unknown;
}

/** As long as 128 random bits in base64url. */
const UNGUESSABLE_LENGTH = 22;

/**
 * Refuses a key that another customer's page could come to use as well: all customers of a storefront share a scope, and
 * the answer carries the first one's client secret.
 *
 * @throws InputError
 */
export function refuseGuessableKey(ctx: Context): void {
  const key = ctx.req.headers["idempotency-key"];
  if (typeof key === "string" && key.length < UNGUESSABLE_LENGTH) {
    const message = `needs a random Idempotency-Key of at least ${UNGUESSABLE_LENGTH} characters, such as a UUID`;
    throw new InputError([{ path: "", message }]);
  }
}

/**
 * Runs a POST once for each `Idempotency-Key` of a caller and path, and gives the same answer to the same request
 * again. `run` stores its result with its change, by the `keep` that it is handed; what it refuses is not kept. Only
 * the result is stored, and `toAnswer` makes the same answer of it: a client secret never reaches the disk. What changes
 * more than once before there is a result stores with its first change which `call` it is for.
 *
 * A form, which sends no headers, has its `key` in a field.
 *
 * @throws InputError for a key that is not 1–255 visible ASCII characters
 * @throws RequestError `idempotency_key_reused` with another body
 * @throws StateError `idempotency_key_in_use` while the first is running
 */
export async function answerOnce<Result>(
  ctx: Context,
  { store, now }: Checkout,
  {
    caller,
    toAnswer,
    key: given,
  }: { caller: string; toAnswer: (result: Result) => Answer | Promise<Answer>; key?: string },
  run: (keep?: KeepAnswer<Result>, call?: KeyedCall) => Promise<Result>,
): Promise<void> {
  const key = given ?? ctx.get("idempotency-key");
  if (given === undefined && ctx.req.headers["idempotency-key"] === undefined) {
    writeAnswer(ctx, await toAnswer(await run()));
    return;
  }
  if (!KEY_PATTERN.test(key)) {
    throw new InputError([{ path: "", message: "needs an Idempotency-Key of 1 to 255 visible ASCII characters" }]);
  }
  const scope = `${caller} ${ctx.path}`;
  const requestHash = createHash("sha256")
    .update(bodyBytes(ctx) ?? "")
    .digest("hex");
  const startedAt = now();
  const claim = await store.claimIdempotencyKey({
    scope,
    key,
    requestHash,
    now: startedAt.toISOString(),
    leaseUntil: secondsAfter(startedAt, LEASE_SECONDS),
  });
  switch (claim.state) {
    case "stored":
      ctx.set("Idempotent-Replayed", "true");
      writeAnswer(ctx, await toAnswer(JSON.parse(claim.record.result) as Result));
      return;
    case "mismatch":
      throw new RequestError("idempotency_key_reused", "this key came with another body before");
    case "running":
      throw new StateError("idempotency_key_in_use", "the first request with this key is still running", {
        headers: { "Retry-After": "1" },
      });
    case "claimed":
      break;
  }
  let isKept = false;
  const keep: KeepAnswer<Result> = (result) => {
    isKept = true;
    const createdAt = startedAt.toISOString();
    const expiresAt = secondsAfter(startedAt, KEPT_SECONDS);
    return { scope, key, requestHash, result: JSON.stringify(result), createdAt, expiresAt };
  };
  try {
    const call = { hash: hashSecret(`${scope}\n${key}`), since: secondsAfter(startedAt, -KEPT_SECONDS) };
    writeAnswer(ctx, await toAnswer(await run(keep, call)));
  } catch (error) {
    isKept = false;
    throw error;
  } finally {
    if (!isKept) await store.releaseIdempotencyKey(scope, key);
  }
}

function writeAnswer(ctx: Context, { status, body }: Answer): void {
  ctx.status = status;
  ctx.body = body;
}
