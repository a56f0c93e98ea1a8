import type { ReactiveController } from "lit";
import { render } from "lit/html.js";

// A server that imports the element has no such class: it gets one that cannot be used, and no exception.
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** What a controller needs of its element. */
export interface ControllerHost extends Pick<HTMLElement, "dispatchEvent" | "isConnected"> {
  readonly renderRoot: ShadowRoot;
  readonly updateComplete: Promise<void>;
  /** @internal */
  addController(controller: ReactiveController): void;
  requestUpdate(): void;
}

/**
 * The part of `LitElement` that the element uses, under the same names. `LitElement` itself would make the bundle
 * 2.0 kB larger (gzip), a sixth of all that is allowed. Attributes, and what is inside, are the only inputs; a property
 * of an attribute's name reads and writes it, and what a change calls for is rendered with the next microtask.
 */
export abstract class ReactiveElement extends Base implements ControllerHost {
  /** @internal */
  readonly renderRoot: ShadowRoot;
  /** Resolves when what was asked for so far is on the page. */
  updateComplete: Promise<void> = Promise.resolve();
  readonly #controllers: ReactiveController[] = [];
  #isUpdating = false;

  /** @param properties - the names of those that stand for attributes */
  constructor(styles: string, properties: readonly string[]) {
    super();
    this.renderRoot = this.attachShadow({ mode: "open" });
    adoptStyles(this.renderRoot, styles);
    for (const name of properties) mirrorAttribute(this, name);
    // A parser brings what is inside after the element, and frameworks change it.
    const changes = { attributes: true, childList: true, subtree: true };
    new MutationObserver(() => this.requestUpdate()).observe(this, changes);
  }

  connectedCallback(): void {
    this.requestUpdate();
    for (const controller of this.#controllers) controller.hostConnected?.();
  }

  disconnectedCallback(): void {
    for (const controller of this.#controllers) controller.hostDisconnected?.();
  }

  attributeChangedCallback(): void {
    this.requestUpdate();
  }

  /** @internal */
  addController(controller: ReactiveController): void {
    this.#controllers.push(controller);
  }

  /** @internal */
  requestUpdate(): void {
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    this.updateComplete = this.#update();
  }

  /** Called before each rendering. */
  protected abstract willUpdate(): void;
  protected abstract render(): unknown;
  /** Called after each rendering. */
  protected abstract updated(): void;

  async #update(): Promise<void> {
    await Promise.resolve();
    // From here on a change calls for another update.
    this.#isUpdating = false;
    this.willUpdate();
    render(this.render(), this.renderRoot);
    this.updated();
  }
}

function adoptStyles(root: ShadowRoot, styles: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Safari before 16.4 knows neither; where the page's policy forbids this, the element works unstyled.
    root.appendChild(document.createElement("style")).textContent = styles;
  }
}

/** Gives the attribute that a property stands for: `clientSecret` stands for `client-secret`. */
export function attributeOf(name: string): string {
  return name.replace(/[A-Z]/, "-$&").toLowerCase();
}

function mirrorAttribute(element: HTMLElement, name: string): void {
  const attribute = attributeOf(name);
  // Set before the script came, and kept by the element itself, out of reach of the accessor.
  const properties = element as unknown as Record<string, unknown>;
  const given = properties[name];
  Object.defineProperty(element, name, {
    get: () => element.getAttribute(attribute),
    // Frameworks set what is no text, too: a number, or `false` for an attribute that is not to be there.
    set: (value: unknown) => {
      if ((value ?? false) === false) element.removeAttribute(attribute);
      else element.setAttribute(attribute, value as string);
    },
  });
  if (given !== undefined) properties[name] = given;
}
