import type axeCore from "axe-core";
import type { Stage } from "./stage.ts";

declare global {
  var axe: typeof axeCore | undefined;
}

/** What is asked: WCAG 2.2 at level AA, and what is good practice for a part of a page. */
const OPTIONS: axeCore.RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  // The first asks something of the whole page; the provider's page in the frame is the provider's.
  rules: { region: { enabled: false } },
  iframes: false,
};

/** Looks at an element with axe, for one rule or for all, and gives what it finds wrong: the rule, and where. */
export async function findViolations(stage: Stage, element: Element, rule?: string): Promise<string[]> {
  const checker = (globalThis.axe ??= await loadAxe());
  // On a busy machine what waits has begun to pulse, and its unseen text would be measured as a shade of the ground.
  for (const animation of element.shadowRoot?.getAnimations() ?? []) animation.cancel();
  // It waits by timers of its own.
  stage.clock.uninstall();
  try {
    const { violations } = await checker.run(element, rule === undefined ? OPTIONS : { ...OPTIONS, runOnly: [rule] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ failureSummary, html }) => `${id}: ${html} ${failureSummary}`),
    );
  } finally {
    stage.clock.install();
  }
}

async function loadAxe(): Promise<typeof axeCore> {
  const script = document.createElement("script");
  // It is no module, and hence cannot be imported.
  script.src = "/node_modules/axe-core/axe.min.js";
  await new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("axe-core was not found")));
    document.head.append(script);
  });
  if (globalThis.axe === undefined) throw new Error("axe-core did not start");
  return globalThis.axe;
}
