/** The same call of Commerce Layer (seed 002) is known by the hash of its action and bytes, which its operation carries. */
import type { Operation, Payment } from "../../shared/records.ts";
import { StateError } from "../errors.ts";

/** Finds the operation that a call asked for before; one that failed did nothing, and the same call is a new try. */
export function findByCall({ operations }: Pick<Payment, "operations">, requestHash: string): Operation | undefined {
  return operations.findLast(
    ({ commerceLayer, status }) => commerceLayer?.requestHash === requestHash && status !== "failed",
  );
}

/** Makes the error for a call that is still running. */
export function callInUse(): StateError {
  return new StateError("idempotency_key_in_use", "the same call is still running", {
    headers: { "Retry-After": "1" },
  });
}
