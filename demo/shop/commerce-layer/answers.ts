import { z } from "zod";

const Reason = z.object({ code: z.string(), message: z.string() });

/** What is read of any answer of the endpoint. */
export const Answer = z.object({
  success: z.boolean(),
  data: z
    .object({
      transaction_token: z.string().optional(),
      amount_cents: z.number().int().optional(),
      action_id: z.string().optional(),
      payment_source_token: z.string().optional(),
      metadata: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  error: Reason.optional(),
});
export type Answer = z.infer<typeof Answer>;

/** What is read of the webhook. */
export const Webhook = z.object({
  success: z.boolean(),
  data: z.object({ action_id: z.string(), message: z.string().optional() }),
  error: Reason.optional(),
});

/** Reads a text as what it should be; `undefined` where it is something else. */
export function readAnswer<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
