/** How an order or a payment stands, in words: what happened, and what to do, in a sentence each. */
import { assertNever } from "../../../shared/assert-never.ts";
import type { CheckoutEvent } from "../../../shared/events.ts";
import type { Attempt, Operation, Payment } from "../../../shared/records.ts";
import { canTransition } from "../../../shared/states.ts";
import { tellEvent } from "./events.ts";
import { can, gatewayLabel, type Scene } from "./scene.ts";
import { OPERATION_WORDS, type Tone } from "./states.ts";

/** What happened and what to do about it. */
export interface Standing {
  tone: Tone;
  happened: string;
  todo: string;
}

const NOTHING = "Nothing to do.";

/** Tells how a payment stands, what is wrong first. */
export function describePayment(payment: Payment, scene: Scene): Standing {
  return describeTrouble(payment, scene) ?? describeState(payment, scene);
}

/** Tells how a session stands: by what is wrong, else by the payment that counts, else by its latest trip. */
export function describeSession(scene: Scene): Standing {
  const { session } = scene;
  const troubled = session.payments?.findLast(({ attention }) => attention !== undefined);
  if (troubled !== undefined) return describePayment(troubled, scene);
  const mismatch = findMismatch(scene);
  if (mismatch !== undefined) return mismatch;
  if (session.payment !== undefined) return describePayment(session.payment, scene);
  switch (session.status) {
    case "open":
    case "pending":
      return describeOpen(scene, session.attempts?.at(-1));
    case "complete":
      return { tone: "good", happened: "The order is paid.", todo: NOTHING };
    case "expired":
      return {
        tone: "calm",
        happened: `Nobody paid until ${scene.time(session.expiresAt)}, and every provider was asked.`,
        todo: `${NOTHING} Money that arrives after all is shown here.`,
      };
    case "cancelled":
      return {
        tone: "calm",
        happened: "The order was called off before it was paid.",
        todo: `${NOTHING} Money that arrives after all is shown here.`,
      };
    default:
      return assertNever(session.status);
  }
}

function describeTrouble(payment: Payment, scene: Scene): Standing | undefined {
  const gateway = gatewayLabel(scene, payment.gateway);
  const total = scene.money(payment.amount, payment.currency);
  const doubtful = payment.operations.find(({ status }) => status === "unknown");
  if (doubtful !== undefined) return describeDoubt(payment, doubtful, scene);
  if (payment.contradictedAt !== undefined && payment.attention?.includes("contradicted") === true) {
    return {
      tone: "bad",
      happened: `On ${scene.time(payment.contradictedAt)} ${gateway} said “${payment.remoteState}”, which contradicts our books.`,
      todo: `Look the payment up at ${gateway} under ${payment.remoteId}, settle it there, then mark it as seen.`,
    };
  }
  if (payment.duplicateOf !== undefined && isHeld(payment)) {
    const happened = `The order was already paid, and ${total} came a second time by ${gateway}.`;
    if (payment.operationDue !== undefined)
      return { tone: "wait", happened, todo: `${NOTHING} It is given back by itself.` };
    const way = payment.state === "authorization" ? "void" : "refund";
    const todo = can(scene, payment.gateway, way)
      ? `${way === "void" ? "Void" : "Refund"} this one, so that the customer has paid once.`
      : `${gateway} cannot be told from here: ${way} this one there, then mark it as seen.`;
    return { tone: "bad", happened, todo };
  }
  if (payment.late === true && isHeld(payment) && payment.attention?.includes("late") === true) {
    return {
      tone: "bad",
      happened: `${total} came by ${gateway} after the order had been closed.`,
      todo: "Deliver after all and mark it as seen, or give the money back.",
    };
  }
  const latest = payment.operations.at(-1);
  if (latest?.status === "failed" && payment.attention?.includes("operation_failed") === true) {
    const said = latest.message === undefined ? "" : `: “${latest.message}”`;
    return {
      tone: "bad",
      happened: `The ${operationWords(latest, payment, scene)} was not done${said}.`,
      todo: `Try again, or do it at ${gateway} and mark this as seen.`,
    };
  }
  const working = payment.operations.find(({ status }) => status === "pending");
  if (working === undefined) return undefined;
  return {
    tone: "wait",
    happened: `${gateway} is still working on the ${operationWords(working, payment, scene)}.`,
    todo: `${NOTHING} ${askedNext(payment, scene)}`,
  };
}

function describeDoubt(payment: Payment, operation: Operation, scene: Scene): Standing {
  const gateway = gatewayLabel(scene, payment.gateway);
  const words = operationWords(operation, payment, scene);
  const happened = `${gateway} was sent the ${words} on ${scene.time(operation.createdAt)}, and its answer never came.`;
  const todo = can(scene, payment.gateway, "fetchPayment")
    ? `Ask the provider, and do not ${operation.type} again before it has answered. ${askedNext(payment, scene)}`
    : `Look it up at ${gateway} under ${payment.remoteId}.`;
  return { tone: "bad", happened, todo };
}

function describeState(payment: Payment, scene: Scene): Standing {
  const gateway = gatewayLabel(scene, payment.gateway);
  const money = (amount: number) => scene.money(amount, payment.currency);
  switch (payment.state) {
    case "pending":
      return can(scene, payment.gateway, "receive")
        ? {
            tone: "wait",
            happened: `The customer was told how to pay ${money(payment.amount)} by ${gateway}, and it has not been noted as received.`,
            todo: "Press Receive when the money is there, or Void when it will not come.",
          }
        : {
            tone: "wait",
            happened: `${gateway} is still processing ${money(payment.amount)}: do not deliver yet.`,
            todo: `${NOTHING} ${askedNext(payment, scene)}`,
          };
    case "authorization": {
      const until = payment.authorizationExpiresAt;
      return {
        tone: "wait",
        happened: `${gateway} holds ${money(payment.amount)} for you${until === undefined ? "" : ` until ${scene.time(until)}`}.`,
        todo:
          payment.operationDue === undefined
            ? "Capture it when you deliver, or void it when you do not."
            : `${NOTHING} It is captured by itself.`,
      };
    }
    case "completed":
      return {
        tone: "good",
        happened: `${money(payment.capturedAmount)} was taken by ${gateway}. ${proof(payment, scene)}`,
        todo: NOTHING,
      };
    case "partially_refunded":
      return {
        tone: "good",
        happened: `${money(payment.refundedAmount)} of ${money(payment.capturedAmount)} went back to the customer; ${money(payment.balance)} is left.`,
        todo: NOTHING,
      };
    case "refunded":
      return {
        tone: "calm",
        happened: `All of ${money(payment.refundedAmount)} went back to the customer.`,
        todo: NOTHING,
      };
    case "failed":
      return {
        tone: "calm",
        happened: `${gateway} gave up on ${money(payment.amount)}: nothing was taken.`,
        todo: `${NOTHING} The customer can pay again.`,
      };
    case "voided":
      return {
        tone: "calm",
        happened: `${money(payment.amount)} by ${gateway} is no longer expected.`,
        todo: `${NOTHING} The customer can pay again.`,
      };
    case "authorization_voided":
      return {
        tone: "calm",
        happened: `${money(payment.amount)} was released at ${gateway}: nothing was taken.`,
        todo: NOTHING,
      };
    case "authorization_expired":
      return {
        tone: "calm",
        happened: `${gateway} held ${money(payment.amount)} and let it go before it was captured.`,
        todo: "Ask the customer to pay again if you still want to deliver.",
      };
    default:
      return assertNever(payment.state);
  }
}

/** Tells what proved that money was taken: a notification that never came is made up for by another channel. */
function proof({ id, gateway, operations }: Payment, scene: Scene): string {
  const decided = scene.events.find(
    ({ type, paymentId }) => type === "payment.completed" && paymentId === id,
  )?.decidedBy;
  switch (decided) {
    case "notification":
      return "Its notification proved it.";
    case "return":
      return "No notification had come: the customer's return proved it.";
    case "fetch":
    case "expiry":
      return "No notification had come: asked by us, it said so.";
    case "operator":
      if (can(scene, gateway, "receive")) return "You noted it as received.";
      if (operations.some(({ type }) => type === "capture")) return "You captured it.";
      return "No notification had come: asked by us, it said so.";
    default:
      return "";
  }
}

function findMismatch(scene: Scene): Standing | undefined {
  const isMismatch = ({ type }: CheckoutEvent) => type.endsWith("_mismatch");
  const event = scene.events.findLast(isMismatch);
  if (event === undefined || scene.session.attention?.some((reason) => reason.endsWith("_mismatch")) !== true) {
    return undefined;
  }
  const attempt = scene.session.attempts?.find(({ id }) => id === event.attemptId);
  const gateway = gatewayLabel(scene, attempt?.gateway);
  const remoteId = event.data?.["remoteId"] ?? attempt?.remoteId;
  const where = remoteId === undefined ? "" : ` under ${String(remoteId)}`;
  return {
    tone: "bad",
    happened: tellEvent(event, scene),
    todo: `Give it back at ${gateway}${where}, then mark this as seen; the customer can still pay the right amount.`,
  };
}

function describeOpen(scene: Scene, attempt: Attempt | undefined): Standing {
  const until = `The order can be paid until ${scene.time(scene.session.expiresAt)}.`;
  if (attempt === undefined) {
    return { tone: "wait", happened: "The customer has not chosen how to pay yet.", todo: `${NOTHING} ${until}` };
  }
  const gateway = gatewayLabel(scene, attempt.gateway);
  if (attempt.state === "started") {
    const canAsk = can(scene, attempt.gateway, "fetchPayment");
    const next =
      attempt.nextCheckAt === undefined ? "" : ` It is asked by itself on ${scene.time(attempt.nextCheckAt)}.`;
    return {
      tone: "wait",
      happened: `The customer went to ${gateway} on ${scene.time(attempt.createdAt)}, and neither a notification nor the customer has come back.`,
      todo: canAsk
        ? `Wait, or ask the provider now.${next}`
        : `If the customer says it is paid, look the order up at ${gateway}, which cannot be asked from here.`,
    };
  }
  const said = attempt.message === undefined ? "" : `: “${attempt.message}”`;
  return {
    tone: "wait",
    happened: `The last trip, to ${gateway}, was ${END_WORDS[attempt.state]}${said}.`,
    todo: `${NOTHING} The customer can try again. ${until}`,
  };
}

const END_WORDS: Readonly<Record<Exclude<Attempt["state"], "started">, string>> = {
  settled: "settled, but its payment did not last",
  declined: "declined",
  cancelled: "called off by the customer",
  expired: "not finished in time",
  superseded: "replaced by another",
  failed: "not possible",
};

function askedNext({ attemptId, gateway }: Payment, scene: Scene): string {
  const label = gatewayLabel(scene, gateway);
  const next = scene.session.attempts?.find(({ id }) => id === attemptId)?.nextCheckAt;
  return next === undefined ? `${label} tells when it is done.` : `${label} is asked by itself on ${scene.time(next)}.`;
}

function operationWords({ type, amount }: Operation, { currency }: Payment, { money }: Scene): string {
  return `${OPERATION_WORDS[type][0]} of ${money(amount, currency)}`;
}

/** Tells whether there is money of a payment that could go back to the customer. */
function isHeld({ state }: Payment): boolean {
  return canTransition("refund", state) || canTransition("void", state);
}
