/** The webhook by which an external gateway ends what it had answered with 202 (seed 002). */
import { z } from "zod";
import type { RemoteDetails } from "../../shared/records.ts";
import { VerificationError } from "../errors.ts";
import { parseJson } from "../parse.ts";
import type { ActionNotification, ProviderRequest } from "./gateway.ts";
import { readMessageBody, refuse, understand } from "./provider-message.ts";
import { isRemoteId, toPlainText } from "./provider-text.ts";
import { hmacBase64, isSameDigest } from "./signature.ts";

/** Carries the signature over the raw body, in both directions. */
export const SIGNATURE_HEADER = "X-CommerceLayer-Signature";

const JSON_API_TYPE = "application/vnd.api+json";
const Words = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((text) => toPlainText(text === null || text === undefined ? undefined : String(text)));
/** What may be changed beside the outcome; amount and token were set by the first answer, and are not even read. */
const DETAILS = ["error_detail", "avs_code", "avs_message", "cvv_code", "cvv_message", "fraud_review"] as const;
const Notification = z.object({
  success: z.boolean(),
  data: z.object({
    action_id: z.string().refine(isRemoteId),
    message: Words,
    error_code: Words,
    ...(Object.fromEntries(DETAILS.map((name) => [name, Words])) as Record<(typeof DETAILS)[number], typeof Words>),
  }),
  error: z.object({ code: Words, message: Words }).nullish(),
});

/**
 * Proves and reads a webhook.
 *
 * @throws VerificationError `signature_invalid`; `malformed_request`, `verification_failed` for what is signed and not
 * understood
 */
export function readWebhook(request: ProviderRequest, sharedSecret: string): ActionNotification {
  const { body, headers, contentType } = request;
  // Nothing, signed as an empty text, would have a signature like any other.
  if (body === null || body.length === 0) throw refuse("there is no body");
  if (!isSameDigest(hmacBase64(sharedSecret, body), headers[SIGNATURE_HEADER.toLowerCase()])) {
    throw new VerificationError(`${SIGNATURE_HEADER} does not verify`);
  }
  const json = { ...request, contentType: contentType === JSON_API_TYPE ? "application/json" : contentType };
  const { success, data, error } = understand(Notification, readMessageBody(json, "application/json", parseJson));
  const errorCode = data.error_code ?? error?.code;
  const message = data.message ?? error?.message;
  const details: RemoteDetails = Object.fromEntries(
    DETAILS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]] as const])),
  );
  return {
    proof: "signed",
    actionId: data.action_id,
    isSuccess: success,
    remoteState: success ? "succeeded" : (errorCode ?? "failed"),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(message === undefined ? {} : { message }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}
