import { html, svg } from "lit";
import type { TemplateResult } from "lit";
import type { PaymentSum, Statistics } from "../../shared/statistics.ts";
import type { PaymentState } from "../../shared/states.ts";
import { money } from "./format.ts";
import { PAYMENT_WORDS } from "./words/states.ts";

/** The states that are told apart in the chart: drawn from the bottom up. */
const KINDS = [
  ["paid", "Paid", ["completed", "partially_refunded"]],
  ["waiting", "Authorized or pending", ["authorization", "pending"]],
  ["back", "Refunded", ["refunded"]],
  ["over", "Voided, expired or failed", ["voided", "authorization_voided", "authorization_expired", "failed"]],
] as const satisfies readonly (readonly [string, string, readonly PaymentState[]])[];

const DAY_MS = 86_400_000;
const HEIGHT = 120;
const STEP = 20;

/** Renders how many payments each day brought, by how they stand now; the same as a table beside it. */
export function renderChart({ from, to, data }: Statistics): TemplateResult {
  const days = daysBetween(from, to);
  const most = Math.max(1, ...days.map((day) => countOf(data.filter((sum) => sum.day === day))));
  const summary = `${countOf(data)} payments from ${dayName(from)} to ${dayName(to)}, at most ${most} on one day`;
  return html`<section aria-labelledby="chart">
    <h2 id="chart">Last ${days.length} days</h2>
    <figure class="card pad chart">
      <svg viewBox="0 0 ${days.length * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${summary}>
        ${days.map((day, index) => renderDay(day, index, data, most))}
      </svg>
      <p class="axis small muted"><span>${dayName(from)}</span><span>${dayName(to)} (UTC)</span></p>
      <ul class="legend small">
        ${KINDS.map(
          ([kind, label, states]) =>
            html`<li>
              <i class="key ${kind}"></i>${label}
              <span class="amount">${countOf(data.filter(({ state }) => isOneOf(states, state)))}</span>
            </li>`,
        )}
      </ul>
      ${data.length === 0 ? "" : renderTable(data)}
    </figure>
  </section>`;
}

function renderDay(day: string, index: number, data: readonly PaymentSum[], most: number) {
  const own = data.filter((sum) => sum.day === day);
  let top = HEIGHT;
  const bars = KINDS.map(([kind, , states]) => {
    const height = (countOf(own.filter(({ state }) => isOneOf(states, state))) / most) * (HEIGHT - 4);
    top -= height;
    return svg`<rect class=${kind} x=${index * STEP + 3} y=${top} width=${STEP - 6} height=${height} />`;
  });
  return svg`<g><title>${dayName(day)}: ${countOf(own)}</title>
    <rect class="day" x=${index * STEP + 3} y=${HEIGHT - 1} width=${STEP - 6} height="1" />${bars}</g>`;
}

function renderTable(data: readonly PaymentSum[]): TemplateResult {
  const rows = data.toSorted((one, other) => other.day.localeCompare(one.day) || one.state.localeCompare(other.state));
  return html`<details>
    <summary>As a table</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Payments of each day">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">State</th>
            <th scope="col" class="right">Payments</th>
            <th scope="col" class="right">Amount</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ day, state, currency, count, amount }) =>
              html`<tr>
                <td>${dayName(day)}</td>
                <td>${PAYMENT_WORDS[state][0]}</td>
                <td class="right amount">${count}</td>
                <td class="right amount">${money(amount, currency)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function daysBetween(from: string, to: string): string[] {
  const start = Date.parse(from);
  const length = Math.round((Date.parse(to) - start) / DAY_MS) + 1;
  return Array.from({ length }, (_, index) => new Date(start + index * DAY_MS).toISOString().slice(0, 10));
}

/** A day of the server's, whose days are UTC's. */
function dayName(day: string): string {
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(day));
}

function countOf(sums: readonly PaymentSum[]): number {
  return sums.reduce((total, { count }) => total + count, 0);
}

function isOneOf(states: readonly PaymentState[], state: PaymentState): boolean {
  return states.includes(state);
}
