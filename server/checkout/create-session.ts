import { MAX_AMOUNT } from "../../shared/money.ts";
import type { InputIssue } from "../../shared/problems.ts";
import type { CheckoutSession } from "../../shared/records.ts";
import { CreateSessionRequest } from "../../shared/requests.ts";
import { InputError } from "../errors.ts";
import { KEEP_INPUT, toInputIssues } from "../input.ts";
import type { CartUse, SessionRecord, SourceRecord } from "../stores/ledger.ts";
import { Change } from "./change.ts";
import { addCharge, findChargeableSource } from "./charge-source.ts";
import type { Checkout, KeepAnswer } from "./checkout.ts";
import { deriveClientSecret, hashSecret, newId, newToken } from "./ids.ts";
import { secondsAfter } from "./schedule.ts";
import { findStorefrontUrlFault } from "./storefront-url.ts";
import { canCaptureAs, offeredGateways, viewSession, type Audience } from "./view.ts";

/** Who creates a session; of which cart for a single use, or to charge a source for which order, after which session. */
export interface Creator {
  audience: Audience;
  cart?: CartUse | undefined;
  charged?: { orderId: string; follows?: string };
}

/**
 * Creates a checkout session: for the merchant, or for a customer whose order the server has priced.
 *
 * @returns the session as its creator may see it
 * @throws InputError with every fault of the body at once
 */
export async function createSession(
  checkout: Checkout,
  body: unknown,
  keep?: KeepAnswer<CheckoutSession>,
  { audience, cart, charged }: Creator = { audience: "merchant" },
): Promise<CheckoutSession> {
  const request = readRequest(checkout, body);
  const source = await findChargeableSource(checkout, request);
  const session = {
    ...toSession(checkout, source === undefined ? request : forSource(request, source)),
    ...(cart === undefined ? {} : { cart }),
    ...(charged === undefined ? {} : { commerceLayer: { ...charged, isCharged: true as const } }),
  };
  const issues = findGatewayIssues(checkout, session);
  if (issues.length > 0) throw new InputError(issues);
  return checkout.store.transact(session.id, () => {
    const change = new Change({ session, attempts: [], payments: [] }, audience, checkout);
    change.record("checkout_session.created");
    if (charged !== undefined) change.record("commerce_layer.bound", { data: { orderId: charged.orderId } });
    if (source !== undefined) addCharge(checkout, change, source);
    return change.commit((ledger) => viewSession(checkout, ledger, audience), keep);
  });
}

/** A session that is paid with a source is of its gateway and its customer. */
function forSource(request: CompleteRequest, { gateway, customer }: SourceRecord): CompleteRequest {
  return { ...request, gateway, customer: { ...customer, ...request.customer } };
}

type CompleteRequest = CreateSessionRequest & { amount: number };

function readRequest(checkout: Checkout, body: unknown): CompleteRequest {
  const parsed = CreateSessionRequest.safeParse(body, KEEP_INPUT);
  const issues = parsed.success ? [] : toInputIssues(parsed.error);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const isSound = (...names: string[]) => !issues.some(({ path }) => names.includes(path.split("/")[1] ?? ""));
  for (const name of ["returnUrl", "cancelUrl"] as const) {
    const url = fields[name];
    const fault = typeof url === "string" && isSound(name) && findStorefrontUrlFault(url, checkout.storefronts);
    if (typeof fault === "string") issues.push({ path: `/${name}`, message: fault });
  }
  if (isSound("", "amount", "items", "shipping", "tax", "discount")) {
    issues.push(...findTotalIssues(fields));
  }
  if (!parsed.success || issues.length > 0) throw new InputError(issues);
  return { ...parsed.data, amount: parsed.data.amount ?? sumItems(parsed.data) };
}

type Totals = Partial<Pick<CreateSessionRequest, "amount" | "items" | "shipping" | "tax" | "discount">>;

/** Σ quantity × unitAmount + shipping + tax + discount, in minor units. */
export function sumItems({ items = [], shipping = 0, tax = 0, discount = 0 }: Totals): number {
  return items.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, shipping + tax + discount);
}

function findTotalIssues(totals: Totals): InputIssue[] {
  const { amount, items } = totals;
  if (items === undefined) {
    if (amount === undefined) return [{ path: "/amount", message: "is required where there are no items" }];
    const given = (["shipping", "tax", "discount"] as const).filter((name) => (totals[name] ?? 0) !== 0);
    return given.map((name) => ({ path: `/${name}`, message: "needs items to be added to" }));
  }
  const sum = sumItems(totals);
  if (!Number.isSafeInteger(sum) || sum > MAX_AMOUNT || sum < 1) {
    return [{ path: "/items", message: `must add up to 1 to ${MAX_AMOUNT}` }];
  }
  if (amount !== undefined && amount !== sum) {
    return [{ path: "/amount", message: `must be what the items add up to, ${sum}` }];
  }
  return [];
}

function toSession(checkout: Checkout, request: CompleteRequest): SessionRecord {
  const id = newId("cs");
  const { expiresInSeconds, items = [], cancelUrl = request.returnUrl, ...fields } = request;
  const now = checkout.now();
  const time = now.toISOString();
  return {
    ...fields,
    id,
    status: "open",
    items,
    cancelUrl,
    environment: checkout.environment,
    createdAt: time,
    updatedAt: time,
    expiresAt: secondsAfter(now, expiresInSeconds),
    version: 0,
    clientSecretHash: hashSecret(deriveClientSecret(checkout.clientSecretKey, id)),
    pageToken: newToken(),
  };
}

function findGatewayIssues(checkout: Checkout, session: SessionRecord): InputIssue[] {
  if (session.gateway === undefined) {
    if (offeredGateways(checkout, session, undefined).length > 0) return [];
    const gateways = [...checkout.gateways.values()];
    if (!gateways.some((gateway) => canCaptureAs(gateway, session))) {
      return [{ path: "/capture", message: "must be automatic: no configured gateway can capture later" }];
    }
    return gateways.flatMap((gateway) => gateway.checkSession(session));
  }
  const gateway = checkout.gateways.get(session.gateway);
  if (gateway === undefined) {
    return [{ path: "/gateway", message: `must be one of ${[...checkout.gateways.keys()].join(", ")}` }];
  }
  const issues = gateway.checkSession(session);
  return canCaptureAs(gateway, session)
    ? issues
    : [...issues, { path: "/capture", message: `must be automatic: ${gateway.id} cannot capture later` }];
}
