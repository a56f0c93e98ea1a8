/** What Dwolla is sent to create a checkout (seed 003), and the limits that it puts on that. */
import { z } from "zod";
import { formatDecimal } from "../../shared/money.ts";
import type { InputIssue } from "../../shared/problems.ts";
import type { CheckoutItem } from "../../shared/records.ts";
import type { Environment, Presentation } from "../../shared/states.ts";
import { toJsonPointer } from "../input.ts";
import { CallTimeout, gatewayLabel, gatewayPresentations, ProviderSecret } from "./config-fields.ts";
import type { PayableSession, Trip, TripUrls } from "./gateway.ts";
import { ProviderBaseAddress } from "./provider-address.ts";
import { truncate } from "./provider-text.ts";

/** The only currency of Dwolla's gateway. */
export const DWOLLA_CURRENCY = "USD";

const MAX_NOTES_LENGTH = 250;
const MAX_ITEM_NAME_LENGTH = 100;
const MAX_DESCRIPTION_LENGTH = 200;
const MAX_METADATA_PAIRS = 10;
const MAX_METADATA_LENGTH = 255;
/** A facilitator takes at most a quarter of the total. */
const LEAST_TOTAL_PER_FEE = 4;

/** The configuration of one Dwolla application. */
export interface DwollaConfig {
  type: "dwolla";
  label: string;
  presentations: Presentation[];
  key: string;
  secret: string;
  /** The Dwolla id that is paid. */
  destinationId: string;
  /** Without a slash at its end. */
  baseUrl: string;
  allowGuestCheckout?: boolean | undefined;
  allowFundingSources?: boolean | undefined;
  additionalFundingSources?: boolean | "banks" | "fisync" | "realtime" | undefined;
  /** The facilitator's fee in cents; 0 switches it off. */
  facilitatorAmount?: number | undefined;
  /** How long a checkout can be paid. */
  lifetimeSeconds: number;
  timeoutMs: number;
}

/** Reads {@link DwollaConfig}. */
export const DwollaConfig: z.ZodType<DwollaConfig> = z
  .strictObject({
    type: z.literal("dwolla"),
    label: gatewayLabel("Dwolla"),
    presentations: gatewayPresentations(["redirect", "iframe", "popup"], ["redirect", "popup"]),
    key: ProviderSecret,
    secret: ProviderSecret,
    destinationId: z.string().regex(/^812-\d{3}-\d{4}$/, "must be a Dwolla id such as 812-713-9234"),
    baseUrl: ProviderBaseAddress.default("https://www.dwolla.com"),
    allowGuestCheckout: z.boolean().optional(),
    allowFundingSources: z.boolean().optional(),
    additionalFundingSources: z.union([z.boolean(), z.enum(["banks", "fisync", "realtime"])]).optional(),
    facilitatorAmount: z.number().int("must be an integer number of cents").min(0).optional(),
    lifetimeSeconds: z.number().int("must be an integer").min(10).max(86_400).default(300),
    timeoutMs: CallTimeout,
  })
  .refine(
    ({ allowGuestCheckout, allowFundingSources }) => allowGuestCheckout !== true || allowFundingSources === true,
    {
      path: ["allowGuestCheckout"],
      message: "needs allowFundingSources",
    },
  );

/**
 * Words the body that creates a checkout, as in the seed's example: switches and an item's numbers as strings, sums as
 * decimal numbers. The order's id for Dwolla is the attempt's reference, so that no two attempts share one; the
 * merchant's own goes into the notes.
 */
export function checkoutRequest(
  config: DwollaConfig,
  environment: Environment,
  { session, attempt }: Trip,
  { notifyUrl, returnUrl }: TripUrls,
): Record<string, unknown> {
  const { tax, discount, shipping, metadata } = session;
  return {
    client_id: config.key,
    client_secret: config.secret,
    callback: notifyUrl,
    redirect: returnUrl,
    ...toSwitches({ allowGuestCheckout: config.allowGuestCheckout }),
    checkoutWithApi: String(session.capture === "manual"),
    orderId: attempt.reference,
    ...toSwitches({
      allowFundingSources: config.allowFundingSources,
      additionalFundingSources: config.additionalFundingSources,
    }),
    ...(environment === "test" ? { test: "true" } : {}),
    purchaseOrder: {
      orderItems: orderLines(session).map(({ name, description, quantity, unitAmount }) => ({
        name,
        ...(description === undefined ? {} : { description }),
        quantity: String(quantity),
        price: formatDecimal(unitAmount, DWOLLA_CURRENCY),
      })),
      destinationId: config.destinationId,
      total: toDecimal(attempt.amount),
      ...(tax === 0 ? {} : { tax: toDecimal(tax) }),
      ...(discount === 0 ? {} : { discount: toDecimal(discount) }),
      ...(shipping === 0 ? {} : { shipping: toDecimal(shipping) }),
      ...(session.orderId === undefined ? {} : { notes: notesOf(session.orderId) }),
      ...(config.facilitatorAmount === undefined ? {} : { facilitatorAmount: toDecimal(config.facilitatorAmount) }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}

/** Finds everything in a session that Dwolla would refuse, with the path of the field at fault. */
export function checkCheckout({ facilitatorAmount = 0 }: DwollaConfig, session: PayableSession): InputIssue[] {
  const { amount, currency, items, shipping, tax, discount, orderId } = session;
  const issues: InputIssue[] = [];
  const check = (isMet: boolean, path: readonly PropertyKey[], message: string) => {
    if (!isMet) issues.push({ path: toJsonPointer(path), message });
  };
  check(currency === DWOLLA_CURRENCY, ["currency"], `must be ${DWOLLA_CURRENCY}, Dwolla's only currency`);
  check(amount >= 1, ["amount"], "must be at least 0.01");
  check(tax >= 0, ["tax"], "must not be negative");
  check(shipping >= 0, ["shipping"], "must not be negative");
  check(discount <= 0, ["discount"], "must not be positive");
  const lines = orderLines(session);
  const rest = shipping + tax + discount;
  const sum = lines.reduce((total, { quantity, unitAmount }) => total + quantity * unitAmount, rest);
  check(amount === sum, ["amount"], `must be the sum of items, shipping, tax and discount, ${sum}`);
  if (items.length === 0)
    check(amount >= rest, ["amount"], `must not be less than shipping, tax and discount, ${rest}`);
  for (const [index, item] of items.entries()) {
    const { name, description = "", quantity, unitAmount } = item;
    const place = ["items", index];
    check(
      name !== "" && name.length <= MAX_ITEM_NAME_LENGTH,
      [...place, "name"],
      `must be 1 to ${MAX_ITEM_NAME_LENGTH} characters`,
    );
    check(
      description.length <= MAX_DESCRIPTION_LENGTH,
      [...place, "description"],
      `must be at most ${MAX_DESCRIPTION_LENGTH} characters`,
    );
    check(quantity >= 1, [...place, "quantity"], "must be at least 1");
    check(unitAmount >= 0, [...place, "unitAmount"], "must not be negative");
  }
  check(
    orderId === undefined || notesOf(orderId).length <= MAX_NOTES_LENGTH,
    ["orderId"],
    `must be at most ${MAX_NOTES_LENGTH - notesOf("").length} characters`,
  );
  check(
    facilitatorAmount * LEAST_TOTAL_PER_FEE <= amount,
    ["amount"],
    `must be at least ${facilitatorAmount * LEAST_TOTAL_PER_FEE}, four times the facilitator's fee`,
  );
  return [...issues, ...checkMetadata(session.metadata ?? {})];
}

function checkMetadata(metadata: Readonly<Record<string, string>>): InputIssue[] {
  const pairs = Object.entries(metadata);
  const issues = pairs.flatMap(([name, value]) => {
    const path = toJsonPointer(["metadata", name]);
    return [
      ...(/^[A-Za-z]/.test(name) ? [] : [{ path, message: "must have a name that starts with a letter" }]),
      ...([name, value].every((text) => text.length <= MAX_METADATA_LENGTH)
        ? []
        : [{ path, message: `must have a name and a value of at most ${MAX_METADATA_LENGTH} characters` }]),
    ];
  });
  return pairs.length <= MAX_METADATA_PAIRS
    ? issues
    : [...issues, { path: "/metadata", message: `must have at most ${MAX_METADATA_PAIRS} pairs` }];
}

/** A session without items is one line: Dwolla adds the lines up itself, and wants the total. */
function orderLines({ items, amount, shipping, tax, discount, orderId }: PayableSession): CheckoutItem[] {
  if (items.length > 0) return items;
  const name = orderId === undefined ? "Order" : truncate(notesOf(orderId), MAX_ITEM_NAME_LENGTH);
  return [{ name, quantity: 1, unitAmount: amount - shipping - tax - discount }];
}

function notesOf(orderId: string): string {
  return `Order ${orderId}`;
}

function toSwitches(values: Readonly<Record<string, boolean | string | undefined>>): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** Cents as the number that JSON prints with the same decimals: with at most 12 digits a double keeps them all. */
function toDecimal(cents: number): number {
  return Number(formatDecimal(cents, DWOLLA_CURRENCY));
}
