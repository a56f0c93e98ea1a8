import { html, LitElement, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { ConsoleClient, ConsoleProblem } from "./client.ts";
import type { GatewayView } from "./client.ts";
import { renderProblem } from "./console-part.ts";
import { readRoute, searchAddress } from "./routes.ts";
import type { Route } from "./routes.ts";

const SECTIONS = [
  ["#/", "Overview", "overview"],
  ["#/payments", "Payments", "payment"],
  ["#/sessions", "Sessions", "session"],
] as const;

/** Stands for the word where there is no room for it. */
const MAGNIFIER = html`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
  <path d="M13.5 13.5 18 18M15 8.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0Z" />
</svg>`;

/**
 * The merchant's console: asks for the secret key, keeps it in memory until it is signed out of, reloaded or left, and
 * shows the page that the address names after `#`.
 */
export class OffsiteConsole extends LitElement {
  #client: ConsoleClient | undefined;
  #gateways: GatewayView[] = [];
  #route: Route = readRoute(location.hash);
  #problem: ConsoleProblem | undefined;
  #isSigningIn = false;
  /** The heading that takes the focus when another page is shown. */
  #isMoving = false;

  readonly #onHashChange = (): void => {
    const { page } = this.#route;
    this.#route = readRoute(location.hash);
    // Other filters of the same list leave the focus where it is: somebody is choosing.
    this.#isMoving = this.#route.page !== page || !("query" in this.#route);
    this.requestUpdate();
  };
  // A page that the browser keeps for the back button would keep the key with it.
  readonly #onPageHide = (): void => this.#signOut();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#onHashChange);
    window.addEventListener("pagehide", this.#onPageHide);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("hashchange", this.#onHashChange);
    window.removeEventListener("pagehide", this.#onPageHide);
    super.disconnectedCallback();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(_changed: PropertyValues): void {
    if (!this.#isMoving) return;
    this.#isMoving = false;
    window.scrollTo(0, 0);
    this.querySelector<HTMLElement>("main")?.focus();
  }

  protected override render(): TemplateResult {
    return this.#client === undefined ? this.#renderSignIn() : this.#renderShell(this.#client);
  }

  #renderSignIn(): TemplateResult {
    return html`<main class="sign-in" tabindex="-1">
      <h1>Payments console</h1>
      <form class="card pad" @submit=${(event: SubmitEvent) => this.#signIn(event)}>
        <label for="key">Secret key</label>
        <input
          id="key"
          name="key"
          type="password"
          required
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-describedby="key-hint"
        />
        <p id="key-hint" class="small muted">
          It is the <code>secretKey</code> of the server's configuration. This page keeps it in memory only: reloading
          or leaving the page forgets it.
        </p>
        ${renderProblem(this.#problem)}
        <button class="button primary wide" aria-disabled=${this.#isSigningIn}>
          ${this.#isSigningIn ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>`;
  }

  #renderShell(client: ConsoleClient): TemplateResult {
    const { page } = this.#route;
    return html`<header class="top">
        <a class="skip button" href=${location.hash} @click=${(event: Event) => this.#skip(event)}>Skip to content</a>
        <div class="inner">
          <nav aria-label="Console">
            ${SECTIONS.map(
              ([address, label, section]) =>
                html`<a href=${address} aria-current=${page.startsWith(section) ? "page" : nothing}>${label}</a>`,
            )}
          </nav>
          <form role="search" class="search" @submit=${(event: SubmitEvent) => this.#search(event)}>
            <input
              type="search"
              name="text"
              aria-label="Search by an id of ours or the provider's, an order or a customer"
              placeholder="Id, order or customer"
              autocomplete="off"
              maxlength="254"
            />
            <button class="button">${MAGNIFIER}<span>Search</span></button>
          </form>
          <button class="button quiet" @click=${() => this.#signOut()}>Sign out</button>
        </div>
      </header>
      <main class="inner" tabindex="-1">${this.#renderPage(client)}</main>`;
  }

  #renderPage(client: ConsoleClient): TemplateResult {
    const route = this.#route;
    const gateways = this.#gateways;
    switch (route.page) {
      case "overview":
        return html`<console-overview .client=${client} .gateways=${gateways}></console-overview>`;
      case "payments":
      case "sessions":
        return html`<console-list
          .client=${client}
          .gateways=${gateways}
          .section=${route.page}
          .query=${route.query}
        ></console-list>`;
      case "webhooks":
        return html`<console-webhooks
          .client=${client}
          .gateways=${gateways}
          .query=${route.query}
        ></console-webhooks>`;
      case "payment":
      case "session":
        return html`<console-record
          .client=${client}
          .gateways=${gateways}
          .kind=${route.page}
          .recordId=${route.id}
        ></console-record>`;
      case "search":
        return html`<console-search .client=${client} .gateways=${gateways} .text=${route.text}></console-search>`;
      default:
        return html`<h1>Nothing is here</h1>
          <p>This address leads nowhere. <a href="#/">Go to the overview</a>.</p>`;
    }
  }

  async #signIn(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const key = (form.elements.namedItem("key") as HTMLInputElement).value.trim();
    if (this.#isSigningIn || key === "") return;
    this.#isSigningIn = true;
    this.#problem = undefined;
    this.requestUpdate();
    try {
      const client = new ConsoleClient(key, () => this.#signOut(refused()));
      this.#gateways = await client.gateways();
      form.reset();
      this.#client = client;
      this.#isMoving = true;
    } catch (error) {
      if (!(error instanceof ConsoleProblem)) throw error;
      this.#problem = error.code === "unauthorized" ? refused() : error;
    } finally {
      this.#isSigningIn = false;
      this.requestUpdate();
    }
  }

  #signOut(problem?: ConsoleProblem): void {
    this.#client = undefined;
    this.#gateways = [];
    this.#problem = problem;
    this.#isMoving = true;
    this.requestUpdate();
  }

  #search(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = (form.elements.namedItem("text") as HTMLInputElement).value.trim();
    if (text !== "") location.hash = searchAddress(text);
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>("main")?.focus();
  }
}

function refused(): ConsoleProblem {
  return new ConsoleProblem("unauthorized", "This is not the secret key of this server.");
}
