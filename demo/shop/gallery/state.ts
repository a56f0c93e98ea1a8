import type { ProblemCode } from "../../../shared/problems.ts";
import type { Attempt, CheckoutSession, Payment } from "../../../shared/records.ts";
import type { View } from "../../../widget/view.ts";
import type { PairName } from "../../../widget/words/words.ts";

/** How the sample server meets a call otherwise than it should: by a problem, not at all, or by breaking it off. */
export type Mishap = ProblemCode | "silence" | "broken";

/** What has to be done to an element until it shows its state; `public/gallery.js` does it. */
export type Play = "start" | "blocked" | "window" | "abandoned" | "return" | "wait";

/** One state of the element, and how it comes about. */
export interface GalleryState {
  /** In the address of its sample server, and of its place on the page. */
  id: string;
  title: string;
  /** When customers see it, and what they can do. */
  text: string;
  view: View["name"];
  /** Which of the element's words are its title, where it has one. */
  says?: PairName;
  /** The element's attributes, beside those that name the session. */
  attributes?: Readonly<Record<string, string>>;
  /** What the page puts into the slot that is called like the state. */
  slotted?: string;
  /** Whether the link that pays without a script is seen, which is then in the HTML. */
  hasLink?: boolean;
  /** What is different about the sample session. */
  session?: Partial<CheckoutSession>;
  /** The session's latest attempt. */
  attempt?: Partial<Attempt>;
  payment?: Partial<Payment>;
  /** What becomes of asking how the session stands, and of starting an attempt. */
  mishaps?: { read?: Mishap; start?: Mishap };
  play?: Play;
  /** Whether it covers the page, so that it is played only on a page of its own. */
  isModal?: boolean;
}
