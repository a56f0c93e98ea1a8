import { readFileSync } from "node:fs";
import type { Trip } from "../../server/gateways/gateway.ts";
import type { PaymentRecord } from "../../server/stores/ledger.ts";
import { makePayment, makeTrip } from "./trip.ts";

const ADDRESS = {
  name: "Ada Lovelace",
  line1: "2883 Geraldine Lane",
  line2: "Apt.23",
  city: "New York",
  region: "NY",
  postalCode: "10013",
  country: "US",
  phone: "(212) 646-338-1228",
};

/** The seed's order over 129.00, with the ids that the seed gives to its resources. */
export const SEED_TRIP: Trip = makeTrip(
  {
    id: "wBXVhKzrnq",
    orderId: "2454728",
    amount: 12_900,
    currency: "EUR",
    items: [{ name: "Black Women T-shirt (XL)", sku: "TSHIRTWMFFFFFF000000XLXX", quantity: 2, unitAmount: 5900 }],
    shipping: 1000,
    tax: 600,
    discount: -500,
    locale: "en-GB",
    metadata: { foo: "bar" },
    customer: {
      email: "ada@shop.example",
      name: "Ada Lovelace",
      reference: "QWERTYUIOP",
      billingAddress: { ...ADDRESS, company: "Analytical Engines" },
      shippingAddress: ADDRESS,
    },
  },
  { id: "ZNKjeUYepv", paymentSourceToken: "your-external-payment-source-token" },
);

/** The seed's authorization of that order. */
export const SEED_AUTHORIZATION: PaymentRecord = {
  ...makePayment(SEED_TRIP, "your-external-transaction-token"),
  id: "yGzeUJxRJj",
};

/** The same, captured as a whole. */
export const SEED_CAPTURED: PaymentRecord = {
  ...SEED_AUTHORIZATION,
  state: "completed",
  capturedAmount: 12_900,
  balance: 12_900,
  operations: [
    {
      id: "yJQDUVndWj",
      type: "capture",
      amount: 12_900,
      status: "succeeded",
      remoteId: "your-external-capture-token",
      createdAt: SEED_AUTHORIZATION.createdAt,
    },
  ],
};

/** Reads one of the seed's examples, completed with Commerce Layer's own attribute names. */
export function readExample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/commerce-layer/${name}.json`, import.meta.url), "utf8"));
}
