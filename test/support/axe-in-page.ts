import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "puppeteer-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/**
 * Gives what axe finds wrong with a page: the rule, and where.
 *
 * @param only - asks for these rules alone, in place of WCAG 2.2 AA and good practice
 * @param without - leaves these out
 */
export async function findViolations(
  page: Page,
  { only = RULES, without = [] }: { only?: readonly string[]; without?: readonly string[] } = {},
): Promise<string[]> {
  // By the debugging protocol, which no content security policy concerns.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  return page.evaluate(
    async (options) => {
      const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResult> } };
      const { violations } = await axe.run(options);
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary = "" }) => `${id}: ${html} ${failureSummary}`),
      );
    },
    {
      runOnly: [...only],
      rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
      // What is in a frame is the provider's.
      iframes: false,
    },
  );
}
