import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { PATHS } from "../../shared/paths.ts";
import type { Payment } from "../../shared/records.ts";
import { canTransition } from "../../shared/states.ts";
import type { Act } from "./action.ts";
import type { DialogOperation } from "./operation-dialog.ts";
import { can } from "./words/scene.ts";
import type { Scene } from "./words/scene.ts";

/** What the buttons of a record do. */
export interface RecordActions {
  isActing: boolean;
  /** Asks before it does something. */
  openDialog: (operation: DialogOperation) => void;
  /** Posts at once, and then says what was done. */
  act: Act;
}

const LABELS = {
  receive: "Receive…",
  capture: "Capture…",
  refund: "Refund…",
  void: "Void…",
  cancel: "Call the order off…",
} as const satisfies Record<DialogOperation, string>;

/** Renders what can be done with a payment, or with a session. */
export function renderActions(
  scene: Scene,
  payment: Payment | undefined,
  { isActing, openDialog, act }: RecordActions,
): TemplateResult {
  const { session } = scene;
  const possible = payment === undefined ? operationsOfSession(scene) : operationsOf(payment, scene);
  const renderAct = (label: string, path: string, done: string) =>
    html`<button class="button" aria-disabled=${isActing} @click=${() => act(path, done)}>${label}</button>`;
  const askPath = pathToAsk(scene, payment);
  // Each has its own place: a button never becomes another one under somebody's finger.
  return html`<div class="buttons" role="group" aria-label="Actions">
    ${(["receive", "capture", "refund", "void", "cancel"] as const).map((operation) =>
      possible.includes(operation)
        ? html`<button
            class="button ${operation === "void" || operation === "cancel" ? "" : "primary"}"
            data-operation=${operation}
            @click=${() => openDialog(operation)}
          >
            ${LABELS[operation]}
          </button>`
        : nothing,
    )}
    ${askPath === undefined ? nothing : renderAct("Ask the provider", askPath, "The provider was asked.")}
    ${
      canAcknowledge(scene)
        ? renderAct("Mark as seen", PATHS.acknowledgeSession(session.id), "It was marked as seen.")
        : nothing
    }
  </div>`;
}

function pathToAsk(scene: Scene, payment: Payment | undefined): string | undefined {
  if (payment !== undefined) {
    return can(scene, payment.gateway, "fetchPayment") ? `${PATHS.payment(payment.id)}/refresh` : undefined;
  }
  const canAskTrip = scene.session.attempts?.some(
    ({ gateway, state, nextCheckAt }) =>
      can(scene, gateway, "fetchPayment") && (state === "started" || nextCheckAt !== undefined),
  );
  return canAskTrip === true ? PATHS.refreshSession(scene.session.id) : undefined;
}

/** A doubt ends when it is known what was done, and not by being seen. */
function canAcknowledge({ session: { attention = [] } }: Scene): boolean {
  return attention.some((reason) => reason !== "operation_in_doubt");
}

function operationsOfSession({ session }: Scene): DialogOperation[] {
  return session.status === "open" ? ["cancel"] : [];
}

/** What can be done with a payment: by its state, its gateway, and not while the outcome of something is in doubt. */
function operationsOf(payment: Payment, scene: Scene): DialogOperation[] {
  const { state, gateway, operations } = payment;
  if (operations.some(({ status }) => status === "unknown" || status === "pending")) return [];
  return (["receive", "capture", "refund", "void"] as const).filter(
    (operation) =>
      can(scene, gateway, operation) &&
      (operation === "receive" ? state === "pending" : canTransition(operation, state)),
  );
}
