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
  /** Whether the frame is there, be it hidden and empty. */
  isFramed = false;
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

  /**
   * Renders what a press leads to, with the frame, hidden and empty, where one is about to be needed: that takes a slow
   * phone as long as all the rest of a press. It is done while a finger is down or the server is asked, in a task of its
   * own, so that the page answers to something else in between.
   */
  prepareFrame(): void {
    const { view } = this;
    setTimeout(() => {
      if (view === this.view && this.choice?.presentation === "iframe") this.isFramed = true;
      this.flowHost.requestUpdate();
    });
  }

  /** Whether an attempt is being started or the customer is at the provider. */
  protected get isUnderway(): boolean {
    return /starting|leaving|frame|window/.test(this.view.name);
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
