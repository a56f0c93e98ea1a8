import type { z } from "zod";
import { RequestError, VerificationError } from "../errors.ts";
import type { ProviderRequest } from "./gateway.ts";

/**
 * Reads the body that came in a provider's name.
 *
 * @throws VerificationError where there is none, it is of another media type, or cannot be parsed
 */
export function readMessageBody<Facts>(
  { body, contentType }: ProviderRequest,
  mediaType: string,
  parse: (bytes: Buffer) => Facts,
): Facts {
  // Nothing, signed as an empty text, would have a signature like any other.
  if (body === null || body.length === 0) throw refuse("there is no body");
  if (contentType !== mediaType) throw refuse(`the body is not ${mediaType}`);
  try {
    return parse(body);
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    throw new VerificationError(cause.message, { code: "malformed_request", cause });
  }
}

/**
 * Reads what a proven message says.
 *
 * @throws VerificationError naming the fields that are missing, or that say what the protocol does not have
 */
export function understand<Facts>(schema: z.ZodType<Facts>, message: unknown): Facts {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  throw refuse(`not understood: ${parsed.error.issues.map(({ path }) => path.join(".")).join(", ")}`);
}

/** Makes the error for what may be signed, but does not belong here or does not make sense. */
export function refuse(message: string): VerificationError {
  return new VerificationError(message, { code: "verification_failed" });
}
