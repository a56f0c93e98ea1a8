import { MESSAGE_SOURCE, MESSAGE_VERSION, type FrameSizeMessage } from "../../../shared/messages.ts";

const MESSAGE: Omit<FrameSizeMessage, "height"> = { source: MESSAGE_SOURCE, version: MESSAGE_VERSION, type: "resize" };

/**
 * The script that tells a page around the payment page how high it wants to be, at once and at each change.
 *
 * Its target is `*`: a provider is not told which storefront frames it. That gives nothing away, as a height is no
 * secret and the page holds nothing else that is said. Without JavaScript the frame scrolls, and all else works.
 */
export const FRAME_SIZE_SCRIPT = `
const message = ${JSON.stringify(MESSAGE)};
let lastHeight = 0;
function tellHeight() {
  const height = Math.ceil(document.querySelector("main").getBoundingClientRect().bottom + window.scrollY);
  if (height === lastHeight || height < 1) return;
  lastHeight = height;
  window.parent.postMessage({ ...message, height }, "*");
}
if (window.parent !== window) {
  document.documentElement.classList.add("framed");
  new ResizeObserver(tellHeight).observe(document.querySelector("main"));
  tellHeight();
}
`;
