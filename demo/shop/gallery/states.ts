import type { GatewayOption } from "../../../shared/records.ts";
import type { GalleryState } from "./state.ts";

const ONLY_WINDOW: GatewayOption[] = [{ id: "card", label: "Card", presentations: ["popup"] }];
const LEAVING_ONLY: GatewayOption[] = [{ id: "bank", label: "Bank account", presentations: ["redirect"] }];

/** Every state by group, in the order in which a customer meets them. */
export const STATE_GROUPS: readonly { title: string; states: readonly GalleryState[] }[] = [
  {
    title: "Before paying",
    states: [
      {
        id: "offer",
        title: "An order by its SKU",
        text: "No session has been made yet, and nothing was asked: the button makes one. Several gateways are then offered.",
        view: "offer",
        attributes: { sku: "planter" },
      },
      {
        id: "loading",
        title: "Loading",
        text: "The server has not answered yet. After 20 seconds the connection counts as broken.",
        view: "loading",
        mishaps: { read: "silence" },
      },
      {
        id: "start",
        title: "Start, several gateways",
        text: "The order is here, and the customer chooses how to pay.",
        view: "start",
      },
      {
        id: "start-one",
        title: "Start, one gateway",
        text: "There is nothing to choose: one button.",
        view: "start",
        attributes: { gateway: "card" },
      },
    ],
  },
  {
    title: "On the way",
    states: [
      {
        id: "starting",
        title: "Starting",
        text: "The button was pressed, and the server is talking to the provider: for at most 20 seconds.",
        view: "starting",
        mishaps: { start: "silence" },
        play: "start",
      },
      {
        id: "leaving",
        title: "Leaving",
        text: "The browser is on its way to the provider's page. Where that does not come, the start is back after 15 seconds.",
        view: "leaving",
        session: { gateways: LEAVING_ONLY },
        play: "start",
      },
      {
        id: "frame",
        title: "Frame",
        text: "The provider's page is open in the element, as high as that page says it is.",
        view: "frame",
        attributes: { gateway: "card", presentation: "iframe" },
        play: "start",
      },
      {
        id: "overlay",
        title: "Frame in a dialog",
        text: "With the attribute overlay the frame opens over the page, in a modal dialog. Escape calls the attempt off.",
        view: "frame",
        attributes: { gateway: "card", presentation: "iframe", overlay: "" },
        play: "start",
        isModal: true,
      },
      {
        id: "window",
        title: "Window",
        text: "The provider's page is open in a window of its own. The page says so, and brings it back to the front.",
        view: "window",
        says: "window",
        attributes: { gateway: "card", presentation: "popup" },
        play: "window",
      },
    ],
  },
  {
    title: "Back at the start",
    states: [
      {
        id: "cancelled",
        title: "Cancelled",
        text: "The customer left the provider's page without paying.",
        view: "start",
        says: "cancelled",
        attempt: { state: "cancelled" },
      },
      {
        id: "declined",
        title: "Declined",
        text: "The provider refused. Its own words are shown as text, whatever is in them.",
        view: "start",
        says: "declined",
        attempt: { state: "declined", message: "The card has expired <05/26>." },
      },
      {
        id: "failed",
        title: "Failed",
        text: "Something went wrong at the provider.",
        view: "start",
        says: "failed",
        attempt: { state: "failed", code: "provider_error" },
      },
      {
        id: "mismatch",
        title: "Mismatch",
        text: "What the provider says was paid is not what was ordered: no payment counts, and the merchant is told.",
        view: "start",
        says: "mismatch",
        attempt: { state: "failed", code: "amount_mismatch" },
      },
      {
        id: "lapsed",
        title: "Lapsed",
        text: "The provider's page was open for too long. The order can still be paid.",
        view: "start",
        says: "lapsed",
        attempt: { state: "expired" },
      },
      {
        id: "unavailable",
        title: "Unavailable",
        text: "The server cannot reach the provider.",
        view: "start",
        says: "unavailable",
        mishaps: { start: "gateway_unavailable" },
        play: "start",
      },
      {
        id: "limited",
        title: "Limited",
        text: "There were too many tries from one address.",
        view: "start",
        says: "limited",
        mishaps: { start: "rate_limited" },
        play: "start",
      },
      {
        id: "blocked",
        title: "Window blocked",
        text: "The browser let no window open, and the gateway offers nothing else.",
        view: "start",
        says: "blocked",
        attributes: { presentation: "popup" },
        session: { gateways: ONLY_WINDOW },
        play: "blocked",
      },
      {
        id: "abandoned",
        title: "Window closed",
        text: "The customer closed the window. Nobody knows yet whether they have paid: the server is asked.",
        view: "start",
        says: "abandoned",
        attributes: { gateway: "card", presentation: "popup" },
        play: "abandoned",
      },
    ],
  },
  {
    title: "Back from the provider",
    states: [
      {
        id: "settling",
        title: "Settling",
        text: "The customer is back, and the server is asked what it knows: for 24 seconds, then this waits.",
        view: "settling",
        says: "settling",
        attempt: { state: "started" },
        play: "return",
      },
      {
        id: "waiting",
        title: "Waiting",
        text: "The provider still owes its word. The element goes on asking, ever more rarely, for about an hour.",
        view: "waiting",
        says: "waiting",
        attempt: { state: "started" },
        play: "wait",
      },
      {
        id: "unconfirmed",
        title: "Unconfirmed",
        text: "The customer is back in another browser or tab, which has no secret to ask with.",
        view: "unconfirmed",
        says: "unconfirmed",
        play: "return",
      },
    ],
  },
  {
    title: "How it ends",
    states: [
      {
        id: "pending",
        title: "Pending",
        text: "The provider is processing the money.",
        view: "pending",
        says: "pending",
        session: { status: "pending" },
        attempt: { state: "settled" },
        payment: { state: "pending", capturedAmount: 0, balance: 0 },
      },
      {
        id: "complete",
        title: "Complete",
        text: "The money is authorized or taken. What the page puts into the slot of the same name comes below.",
        view: "complete",
        says: "complete",
        slotted: "We pack it today.",
        session: { status: "complete" },
        attempt: { state: "settled" },
        payment: { state: "completed" },
      },
      {
        id: "expired",
        title: "Expired",
        text: "The session's time ran out, after the provider had been asked.",
        view: "expired",
        says: "expired",
        session: { status: "expired" },
      },
      {
        id: "withdrawn",
        title: "Withdrawn",
        text: "The merchant cancelled the session.",
        view: "withdrawn",
        says: "withdrawn",
        session: { status: "cancelled" },
      },
      {
        id: "closed",
        title: "Closed",
        text: "No gateway can take this order.",
        view: "start",
        says: "closed",
        session: { gateways: [] },
      },
      {
        id: "lost",
        title: "Lost",
        text: "The server does not know the session, or not with this secret.",
        view: "lost",
        says: "lost",
        mishaps: { read: "not_found" },
      },
      {
        id: "network",
        title: "Network",
        text: "The server cannot be reached.",
        view: "network",
        says: "network",
        mishaps: { read: "broken" },
      },
      {
        id: "problem",
        title: "Problem",
        text: "The server has a fault.",
        view: "problem",
        says: "problem",
        mishaps: { read: "internal_error" },
      },
    ],
  },
];

/** All states, one after the other. */
export const STATES: readonly GalleryState[] = STATE_GROUPS.flatMap(({ states }) => states);

/** Finds a state by its id. */
export function findState(id: string | undefined): GalleryState | undefined {
  return STATES.find((state) => state.id === id);
}
