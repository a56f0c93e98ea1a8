import type { CheckoutSession } from "../shared/records.ts";
import { OffsiteEvent, type OffsiteEventName } from "./events.ts";
import { listChoices, pickChoice, type Choice } from "./presentations/choices.ts";
import type { FlowHost, View } from "./view.ts";

/** What a flow knows and shows, and how it tells the page; `CheckoutFlow` decides. */
export class FlowState {
  /** What is shown now. */
  view: View = { name: "idle" };
  /** As the server last said. */
  session: CheckoutSession | undefined;
  protected readonly flowHost: FlowHost;
  protected namedId = "";
  /** The gateway that the customer picked. */
  protected picked: string | undefined;
  /** Where the provider's page is met, once what the page wants did not work. */
  protected instead: Choice["presentation"] | undefined;

  constructor(host: FlowHost) {
    this.flowHost = host;
  }

  /** The gateways that can be chosen here. */
  get choices(): Choice[] {
    return listChoices(this.session?.gateways ?? [], this.instead ?? this.flowHost.presentation, this.flowHost.gateway);
  }

  /** The gateway that the next attempt goes to: the picked one, that of the latest attempt, or the first. */
  get choice(): Choice | undefined {
    return pickChoice(this.choices, this.picked, this.session?.attempt?.gateway);
  }

  /** Takes the customer's choice of a gateway. */
  pick(gatewayId: string): void {
    this.picked = gatewayId;
    this.flowHost.requestUpdate();
  }

  /** Tells the page, with what the server last said. */
  protected tell(event: OffsiteEventName, code?: string): void {
    const { status = null, payment } = this.session ?? {};
    this.flowHost.dispatchEvent(
      new OffsiteEvent(event, { sessionId: this.namedId, status, paymentId: payment?.id, code }),
    );
  }
}
