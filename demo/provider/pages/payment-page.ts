import { formatMoney } from "../../../shared/money.ts";
import { html, type Html } from "../../../shared/html.ts";
import { choicesFor, type Choice } from "../choices.ts";
import { currentStatement, isExpired, type SimulatedPayment } from "../payment.ts";
import { layout } from "./layout.ts";

/** The hosted payment page: what is paid to whom, and the choice of what happens. */
export function paymentPage(payment: SimulatedPayment, now: Date): string {
  const money = formatMoney(payment.amount, payment.currency, "en");
  if (isExpired(payment, now)) {
    return layout(
      "This payment has expired",
      notice(
        "This payment has expired",
        html`Nothing was paid. Go back to ${payment.merchant} to start again.`,
        html`<a class="button primary wide" href="${payment.messages.cancelUrl()}">Back to ${payment.merchant}</a>`,
      ),
    );
  }
  if (payment.state !== "open") return decidedPage(payment, money);
  return layout(
    `Pay ${money} to ${payment.merchant}`,
    html`<section class="card pay">
      <div class="to">
        <h1 class="muted small">Pay ${payment.merchant}</h1>
        <p class="total amount">${money}</p>
      </div>
      ${payment.protocol === "dwolla" ? bankFace() : cardFace()} ${facts(payment)} ${choices(payment, money)}
    </section>`,
  );
}

/** What a customer sees who does not go back: the simulated closing of the tab. */
export function closedTabPage(payment: SimulatedPayment): string {
  return layout(
    "Paid, and the tab is closed",
    notice(
      "Paid, and you are gone",
      html`Think of this tab as closed: you do not go back to ${payment.merchant}. Its server was told behind the
      scenes, and the order must be paid all the same.`,
    ),
  );
}

/** What is shown where a request cannot be taken. */
export function refusalPage(message: string): string {
  return layout("The payment cannot be taken", notice("The payment cannot be taken", html`${message}`));
}

function notice(title: string, text: Html, action?: Html): Html {
  return html`<section class="card pay">
    <div class="to">
      <h1>${title}</h1>
      <p class="muted">${text}</p>
    </div>
    ${action}
  </section>`;
}

const DECIDED: Readonly<Record<Exclude<SimulatedPayment["state"], "open">, string>> = {
  paid: "is paid",
  authorized: "is authorized",
  pending: "is pending",
  failed: "was declined",
  cancelled: "was called off",
};

function decidedPage(payment: SimulatedPayment, money: string): string {
  const word = payment.state === "open" ? "" : DECIDED[payment.state];
  const statement = currentStatement(payment);
  const backUrl = statement === undefined ? payment.messages.cancelUrl() : payment.messages.returnUrl(statement, true);
  return layout(
    `This payment ${word}`,
    notice(
      `This payment ${word}`,
      html`${money} to ${payment.merchant}. There is nothing more to decide here.`,
      html`<a class="button primary wide" href="${backUrl}">Back to ${payment.merchant}</a>`,
    ),
  );
}

function facts(payment: SimulatedPayment): Html {
  return html`<dl class="facts">
    ${
      payment.description !== undefined &&
      payment.description !== "" &&
      html`<dt>For</dt>
        <dd>${payment.description}</dd>`
    }
    <dt>${payment.orderNumber === undefined ? "Reference" : "Order"}</dt>
    <dd>${payment.orderNumber ?? payment.reference}</dd>
    ${
      payment.isTest &&
      html`<dt>Environment</dt>
        <dd>Test</dd>`
    }
  </dl>`;
}

const MAIN_CHOICES: ReadonlySet<string> = new Set(["pay", "decline", "cancel"]);

function choices(payment: SimulatedPayment, money: string): Html {
  const all = choicesFor(payment);
  const find = (id: string) => all.find((choice) => choice.id === id);
  const verb = payment.isAuthorizationOnly ? "Authorize" : "Pay";
  const others = all.filter(({ id, group }) => group === "customer" && !MAIN_CHOICES.has(id));
  const wire = all.filter(({ group }) => group === "wire");
  return html`<form class="choices" method="post" action="/payments/${payment.id}/choice">
    <button class="button primary wide amount" name="choice" value="pay">${verb} ${money}</button>
    <div class="row">
      <button class="button" name="choice" value="decline">${find("decline")?.label}</button>
      <button class="button" name="choice" value="cancel">${find("cancel")?.label}</button>
    </div>
    ${optionGroup("More ways it can end", others)} ${optionGroup("Trouble on the wire", wire)}
  </form>`;
}

function optionGroup(title: string, options: readonly Choice[]): Html | undefined {
  if (options.length === 0) return undefined;
  return html`<details>
    <summary>${title}</summary>
    <div class="options">
      ${options.map(
        ({ id, label, detail }) =>
          html`<button class="option" name="choice" value="${id}"><b>${label}</b><span>${detail}</span></button>`,
      )}
    </div>
  </details>`;
}

function cardFace(): Html {
  return html`<svg class="face" viewBox="0 0 400 120" role="img" aria-label="A sample card; there is nothing to enter">
    <rect width="400" height="120" rx="12" fill="#134e4a" />
    <path d="M240 0h148a12 12 0 0 1 12 12v96a12 12 0 0 1-12 12H300C330 84 300 40 240 0Z" fill="#0f766e" />
    <rect x="24" y="24" width="36" height="26" rx="5" fill="#f0d58a" />
    <path d="M24 37h36M36 24v26M48 24v26" stroke="#134e4a" stroke-width="1.25" />
    <text x="24" y="92" fill="#f0fdfa" font-family="ui-monospace, Menlo, monospace" font-size="19" letter-spacing="2">
      •••• •••• •••• 4242
    </text>
    <text x="376" y="42" text-anchor="end" fill="#ccfbf1" font-family="system-ui, sans-serif" font-size="13">
      Sample card
    </text>
  </svg>`;
}

function bankFace(): Html {
  return html`<svg
    class="face"
    viewBox="0 0 400 120"
    role="img"
    aria-label="A sample account; there is nothing to enter"
  >
    <rect width="400" height="120" rx="12" fill="#312e81" />
    <path d="M260 120 400 20v88a12 12 0 0 1-12 12Z" fill="#4338ca" />
    <path
      d="M24 46 46 32l22 14v4H24ZM28 54v18M40 54v18M52 54v18M64 54v18M24 76h44"
      fill="none"
      stroke="#e0e7ff"
      stroke-width="2.5"
      stroke-linejoin="round"
      stroke-linecap="round"
    />
    <text x="88" y="50" fill="#eef2ff" font-family="system-ui, sans-serif" font-size="17" font-weight="600">
      Sample bank account
    </text>
    <text x="88" y="74" fill="#c7d2fe" font-family="ui-monospace, Menlo, monospace" font-size="15" letter-spacing="1">
      •••• 6789
    </text>
  </svg>`;
}
