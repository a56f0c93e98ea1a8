import { overridableTheme, TEXT_SIZES } from "../shared/theme.ts";

/**
 * The element's look. Every property of the family's theme is read as `--_…`, which is the page's `--offsite-…` where
 * the page or any ancestor sets it, and the family's own otherwise. Selectors name parts, as a page does.
 */
export const styles = `
  :host {
    ${overridableTheme()}
    display: block;
    max-inline-size: 32rem;
    font: ${TEXT_SIZES.text} / 1.5 var(--_font);
    color: var(--_ink);
  }
  :host([hidden]),
  ::slotted(offsite-item) {
    display: none;
  }
  *,
  section > ::slotted(a) {
    box-sizing: border-box;
    margin: 0;
    padding: 0;
    border: 0 solid var(--_line);
    border-radius: var(--_radius);
    font: inherit;
  }
  /* Rows that are never stretched: WebKit would not let a dialog shrink with its frame. */
  section,
  form,
  fieldset,
  dl,
  ul,
  dialog,
  [part~="result"] {
    display: grid;
    grid: auto-flow min-content / minmax(0, 1fr);
    gap: 12px;
  }
  [part~="base"] {
    gap: 24px;
    padding: min(24px, 6%);
    border-width: 1px;
    background: var(--_surface);
    overflow-wrap: anywhere;
  }
  ul {
    padding-block-end: 12px;
    border-block-end-width: 1px;
    border-radius: 0;
  }
  li,
  dl div {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    gap: 16px;
  }
  dl {
    gap: 4px;
    color: var(--_muted);
  }
  small {
    display: block;
    font-size: ${TEXT_SIZES["text-small"]};
    color: var(--_muted);
  }
  [part=test-mode] {
    color: var(--_warning);
  }
  dl [part="total"] {
    flex-wrap: wrap;
    font-size: ${TEXT_SIZES["text-large"]};
    color: var(--_ink);
  }
  [part="total"] dd {
    font-size: ${TEXT_SIZES["text-total"]};
  }
  h2,
  legend,
  [part="button"],
  [part="total"] dd {
    font-weight: 600;
  }
  form small,
  [part~="result"] {
    justify-items: center;
    text-align: center;
  }
  legend {
    margin-block-end: 8px;
  }
  label,
  button,
  a,
  section > ::slotted(a) {
    display: flex;
    align-items: center;
    justify-self: stretch;
    gap: 12px;
    min-block-size: 48px;
    padding: 8px 16px;
    border-width: 1px;
    background: none;
    color: inherit;
    cursor: pointer;
  }
  input {
    inline-size: 20px;
    block-size: 20px;
    accent-color: var(--_accent);
  }
  button,
  a,
  section > ::slotted(a) {
    justify-content: center;
    text-decoration: none;
  }
  [part="button"] {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  label:hover,
  [part="cancel"]:hover,
  a:hover {
    background: var(--_canvas);
  }
  [part="button"]:hover {
    filter: brightness(1.1);
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  [tabindex] {
    outline: 0;
  }
  [part~="notice"] {
    padding: 12px 16px;
    border-width: 1px;
    border-inline-start: 4px solid var(--_danger);
  }
  [part~="calm"] {
    border-inline-start-color: var(--_muted);
  }
  [part~="result"] h2 {
    font-size: ${TEXT_SIZES["text-title"]};
    line-height: 1.25;
  }
  svg {
    inline-size: 48px;
    fill: none;
    stroke: var(--_warning);
    stroke-width: 1.5;
  }
  [part~="result"] + section {
    padding-block-start: 24px;
    border-block-start-width: 1px;
    border-radius: 0;
  }
  [part~="good"] svg {
    stroke: var(--_success);
  }
  [part~="bad"] svg {
    stroke: var(--_danger);
  }
  dialog {
    margin: auto;
    padding: 16px;
    border-width: 1px;
    inline-size: 40rem;
    background: var(--_surface);
    color: inherit;
  }
  ::backdrop {
    background: #0008;
  }
  iframe {
    inline-size: 100%;
    block-size: var(--offsite-frame-height, 560px);
    border-width: 1px;
    background: var(--_canvas);
  }
  /* The frame's, and that of what stands under it, from the press on: nothing else on the page moves when it comes. */
  [part~="room"] {
    min-block-size: var(--offsite-frame-height, 560px);
    margin-block-end: 144px;
  }
  /* What the skeleton leaves is for the page's own link. */
  [part~=view-loading] {
    grid-template-rows: 1fr;
    min-block-size: 290px;
  }
  [part="skeleton"] {
    background: var(--_canvas);
    color: transparent;
  }
  [part="skeleton"],
  [aria-disabled="true"] {
    animation: 0.6s 0.3s infinite alternate pulse;
  }
  [role="status"],
  [role="alert"] {
    position: absolute;
    clip-path: inset(50%);
  }
  @keyframes pulse {
    to {
      opacity: 0.6;
    }
  }
  @media (prefers-reduced-motion) {
    * {
      animation: none !important;
    }
  }
`;
