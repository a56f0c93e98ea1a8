import { z } from "zod";
import { PAYMENT_STATES } from "./states.ts";

/** The query of `GET /v1/statistics`: how many days, today (UTC) among them. */
export const StatisticsQuery = z.strictObject({
  days: z.coerce.number("must be a number").int("must be an integer").min(1).max(90).default(30),
});
export type StatisticsQuery = z.infer<typeof StatisticsQuery>;

/** The payments created on one day (UTC), by the state in which they are now, and by currency. */
export const PaymentSum = z.object({
  day: z.iso.date(),
  state: z.enum(PAYMENT_STATES),
  currency: z.string(),
  count: z.number().int(),
  /** Their amounts together, in minor units. */
  amount: z.number().int(),
});
export type PaymentSum = z.infer<typeof PaymentSum>;

/** The answer of `GET /v1/statistics`: days without payments are left out; `from` and `to` are the first day and the last. */
export const Statistics = z.object({ from: z.iso.date(), to: z.iso.date(), data: z.array(PaymentSum) });
export type Statistics = z.infer<typeof Statistics>;
