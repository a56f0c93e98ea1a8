import type { IdempotencyRecord } from "../ledger.ts";
import type { IdempotencyClaim, Store } from "../store.ts";
import { decodeText, digestKey, encodeText } from "./encoding.ts";
import { cleanUpDeliveries } from "./outbox.ts";
import type { Primary, PrimaryClient } from "./primary.ts";

/** How many rows one cleaning removes at most. */
const CLEANING_LIMIT = 5000;

/** Takes an idempotency key: see `Store`. */
export function claimIdempotencyKey(
  primary: Primary,
  claim: Parameters<Store["claimIdempotencyKey"]>[0],
): Promise<IdempotencyClaim> {
  const digest = digestKey(claim);
  const requestHash = encodeText(claim.requestHash);
  const now = encodeText(claim.now);
  return primary.run(async ({ client }) => {
    const known = await findAnswer(client, digest, requestHash, now);
    if (known !== null) return known;
    const taken = await client.query({
      name: "take-claim",
      text: `
        INSERT INTO checkout_claims AS held (digest, request_hash, lease_until) VALUES ($1, $2, $3)
        ON CONFLICT (digest) DO UPDATE SET request_hash = excluded.request_hash, lease_until = excluded.lease_until
          WHERE held.lease_until <= $4
        RETURNING 1`,
      values: [digest, requestHash, encodeText(claim.leaseUntil), now],
    });
    if (taken.rows.length === 0) return await describeHolder(client, digest, requestHash);
    // The one who held it may have answered since the first look.
    const answered = await findAnswer(client, digest, requestHash, now);
    if (answered !== null) await client.query("DELETE FROM checkout_claims WHERE digest = $1", [digest]);
    return answered ?? { state: "claimed" };
  });
}

/** Gives a claimed key back. */
export async function releaseIdempotencyKey(primary: Primary, scope: string, key: string): Promise<void> {
  await primary.run(({ client }) =>
    client.query("DELETE FROM checkout_claims WHERE digest = $1", [digestKey({ scope, key })]),
  );
}

/** Takes sessions on which work is due: see `Store`. Those that are being changed just now are left for the next time. */
export async function claimDue(
  primary: Primary,
  { now, leaseUntil, limit }: Parameters<Store["claimDue"]>[0],
): Promise<string[]> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ id: string; due_at: string }>({
      name: "claim-due",
      text: `
        UPDATE checkout_sessions SET lease_until = $2
        WHERE id IN (
          SELECT id FROM checkout_sessions
          WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
          ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        RETURNING id, due_at`,
      values: [encodeText(now), encodeText(leaseUntil), limit],
    }),
  );
  const key = ({ due_at: dueAt, id }: { due_at: string; id: string }) => `${dueAt} ${id}`;
  return rows.sort((one, other) => (key(one) < key(other) ? -1 : 1)).map(({ id }) => decodeText(id));
}

/** Tells when what is due first is due: see `Store`. */
export async function readOldestDue(primary: Primary): Promise<string | null> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ due_at: string }>(
      "SELECT due_at FROM checkout_sessions WHERE due_at IS NOT NULL ORDER BY due_at, id LIMIT 1",
    ),
  );
  return rows[0] === undefined ? null : decodeText(rows[0].due_at);
}

/** Removes answers, claims and deliveries whose time is over, a part of them at a time. */
export async function cleanUp(primary: Primary, now: Date): Promise<void> {
  const before = encodeText(now.toISOString());
  await cleanUpDeliveries(primary, now);
  await primary.run(async ({ client }) => {
    for (const [table, column] of [
      ["checkout_answers", "expires_at"],
      ["checkout_claims", "lease_until"],
    ]) {
      await client.query(
        `DELETE FROM ${table} WHERE digest IN (
          SELECT digest FROM ${table} WHERE ${column} <= $1 LIMIT ${CLEANING_LIMIT} FOR UPDATE SKIP LOCKED
        ) AND ${column} <= $1`,
        [before],
      );
    }
  });
}

type Client = PrimaryClient["client"];

async function findAnswer(
  client: Client,
  digest: Buffer,
  requestHash: string,
  now: string,
): Promise<IdempotencyClaim | null> {
  const { rows } = await client.query<{ request_hash: string; record: string }>({
    name: "find-answer",
    text: "SELECT request_hash, record FROM checkout_answers WHERE digest = $1 AND expires_at > $2",
    values: [digest, now],
  });
  const [row] = rows;
  if (row === undefined) return null;
  if (row.request_hash !== requestHash) return { state: "mismatch" };
  return { state: "stored", record: JSON.parse(row.record) as IdempotencyRecord };
}

async function describeHolder(client: Client, digest: Buffer, requestHash: string): Promise<IdempotencyClaim> {
  const { rows } = await client.query<{ request_hash: string }>({
    name: "find-claim",
    text: "SELECT request_hash FROM checkout_claims WHERE digest = $1",
    values: [digest],
  });
  // One that was given back in between is still best answered as running: the caller tries again.
  const isSame = rows[0] === undefined || rows[0].request_hash === requestHash;
  return { state: isSame ? "running" : "mismatch" };
}
