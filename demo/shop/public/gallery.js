// Brings the gallery's elements into their states, by what customers and pages do, and lets the code be copied.

/** Without what an element adds on its way to nowhere. */
const { href } = window.location;

/** A window that stands in for one that the browser would open at a press. */
const standIn = (closed) => ({ closed, close() {}, focus() {}, location: { replace() {} } });

/** Starts as the button does, and leaves the focus, the page and its address where they were. */
async function start(element) {
  const { scrollX, scrollY } = window;
  await element.start();
  window.history.replaceState(null, "", href);
  element.shadowRoot.activeElement?.blur();
  window.scrollTo(scrollX, scrollY);
}

/** Starts with another answer to opening a window, which the element does at once. */
function startWith(element, opened) {
  const own = Object.getOwnPropertyDescriptor(window, "open");
  window.open = () => opened;
  const started = start(element);
  Object.defineProperty(window, "open", own);
  return started;
}

const STARTS = {
  start,
  blocked: (element) => startWith(element, null),
  window: (element) => startWith(element, standIn(false)),
  abandoned: (element) => startWith(element, standIn(true)),
};

/** Shows a stage's element while the page's address names its session, as after the customer's return. */
async function comeBack(stage) {
  const content = stage.querySelector("template").content.cloneNode(true);
  const element = content.querySelector("offsite-checkout");
  const address = new URL(href);
  address.searchParams.set("checkout_session", element.getAttribute("session") ?? "cs_gallery");
  window.history.replaceState(null, "", address);
  stage.append(content);
  await element.updateComplete;
  window.history.replaceState(null, "", href);
  return element;
}

/** Has an element ask again and again until it no longer believes in an early answer. */
async function wait(element) {
  const isWaiting = () => element.shadowRoot.querySelector("[part~=view-waiting]");
  for (let round = 0; round < 40 && !isWaiting(); round += 1) {
    window.dispatchEvent(new Event("online"));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Copies a block's code; where the browser forbids that, the code is selected, to be copied by hand. */
async function copy(block, button) {
  const code = block.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    window.getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

/** Lets the stages of one play come back, one after the other: the address names one session at a time. */
async function comeBackAll(play) {
  for (const stage of document.querySelectorAll(`[data-play=${play}]`)) {
    const element = await comeBack(stage);
    if (play === "wait") await wait(element);
  }
}

/** First what is hurried, as everything else that waits would be hurried with it. */
async function hurry() {
  await customElements.whenDefined("offsite-checkout");
  // The elements of the page itself read its address as it is.
  await new Promise((resolve) => setTimeout(resolve));
  await comeBackAll("wait");
  await comeBackAll("return");
}

const hurried = hurry();
for (const stage of document.querySelectorAll("[data-play]")) {
  const play = STARTS[stage.dataset.play];
  const begin = ({ target }) => void hurried.then(() => play(target));
  if (play) stage.addEventListener("offsite-ready", begin, { once: true });
}

for (const block of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", () => void copy(block, button));
  block.querySelector(".bar").append(button);
}
