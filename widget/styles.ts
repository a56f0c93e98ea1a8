import { css, unsafeCSS } from "lit";
import { themeDeclarations } from "../shared/theme.ts";

/**
 * The element's look. Every property of the family's theme is read as `--_…`, which is the page's `--offsite-…` where
 * the page or any ancestor sets it, and the family's own otherwise.
 */
export const styles = css`
  :host {
    ${unsafeCSS(themeDeclarations("--_", "--offsite-"))}
    display: block;
    max-inline-size: 32rem;
    font: 400 var(--_text) / 1.5 var(--_font);
    color: var(--_ink);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  ::before {
    box-sizing: border-box;
  }
  h2,
  p,
  ul,
  dl,
  dd,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  .base,
  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }
  .base {
    gap: 24px;
    padding: min(24px, 6%);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    overflow-wrap: anywhere;
  }
  .stack {
    gap: 12px;
  }
  .summary {
    display: grid;
    gap: 16px;
  }
  .badge {
    justify-self: start;
    padding-inline: 8px;
    border: 1px solid currentColor;
    border-radius: 4px;
    font-size: var(--_text-small);
    color: var(--_warning);
  }
  .items {
    display: grid;
    gap: 12px;
    padding-block-end: 16px;
    border-block-end: 1px solid var(--_line);
    list-style: none;
  }
  .row {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    gap: 16px;
  }
  small {
    display: block;
    font-size: var(--_text-small);
  }
  small,
  .hint,
  .sums {
    color: var(--_muted);
  }
  dd,
  .amount {
    flex: none;
    font-variant-numeric: tabular-nums;
  }
  .sums {
    display: grid;
    gap: 4px;
  }
  .total {
    flex-wrap: wrap;
    color: var(--_ink);
  }
  .row + .total {
    padding-block-start: 8px;
  }
  .total dt {
    font-size: var(--_text-large);
  }
  .total dd {
    font-size: var(--_text-total);
    font-weight: 600;
    line-height: 1.25;
    letter-spacing: -0.01em;
  }
  .hint {
    font-size: var(--_text-small);
    text-align: center;
  }
  legend {
    padding: 0;
    margin-block-end: 8px;
    font-weight: 600;
  }
  .gateways {
    min-inline-size: 0;
    margin-block-end: 4px;
  }
  .gateway {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 48px;
    padding: 8px 16px;
    border: 1px solid var(--_line);
    cursor: pointer;
  }
  .gateway + .gateway {
    border-block-start: 0;
  }
  .gateway:first-of-type {
    border-start-start-radius: var(--_radius);
    border-start-end-radius: var(--_radius);
  }
  .gateway:last-of-type {
    border-end-start-radius: var(--_radius);
    border-end-end-radius: var(--_radius);
  }
  .gateway:hover {
    background: var(--_canvas);
  }
  input {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    margin: 0;
    accent-color: var(--_accent);
  }
  .button,
  .quiet,
  .link {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-block-size: 48px;
    padding: 8px 16px;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    font: inherit;
    cursor: pointer;
    transition: filter var(--_duration);
  }
  .button {
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .button:hover {
    filter: brightness(1.08);
  }
  .button[aria-disabled="true"] {
    cursor: progress;
    filter: none;
  }
  .quiet {
    background: none;
    color: var(--_ink);
    border-color: var(--_line);
  }
  .quiet:hover {
    background: var(--_canvas);
  }
  .link {
    color: var(--_accent);
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .base:focus,
  .title:focus {
    outline: none;
  }
  .spinner {
    inline-size: 16px;
    block-size: 16px;
    border: 2px solid currentColor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation:
      turn 800ms linear infinite,
      appear var(--_duration) 300ms backwards;
  }
  .notice {
    display: grid;
    gap: 4px;
    padding: 12px 16px;
    border: 1px solid var(--_line);
    border-inline-start: 4px solid var(--_tone);
    border-radius: var(--_radius);
    background: var(--_canvas);
  }
  .quote {
    color: var(--_muted);
  }
  .title {
    font-size: var(--_text);
    font-weight: 600;
    line-height: 1.375;
  }
  .result {
    justify-items: center;
    text-align: center;
  }
  .result .title {
    font-size: var(--_text-title);
    line-height: 1.25;
    text-wrap: balance;
  }
  .result > button,
  .result > .link {
    justify-self: stretch;
  }
  .mark {
    inline-size: 48px;
    block-size: 48px;
    fill: none;
    stroke: var(--_tone);
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .good {
    --_tone: var(--_success);
  }
  .wait {
    --_tone: var(--_warning);
  }
  .bad {
    --_tone: var(--_danger);
  }
  .calm {
    --_tone: var(--_muted);
  }
  .result + .summary {
    padding-block-start: 24px;
    border-block-start: 1px solid var(--_line);
  }
  .frame-box {
    display: grid;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    overflow: hidden;
  }
  .frame-box::before {
    content: "";
    grid-area: 1 / 1;
    place-self: center;
    inline-size: 24px;
    block-size: 24px;
    border: 2px solid var(--_muted);
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation:
      turn 800ms linear infinite,
      appear var(--_duration) 300ms backwards;
  }
  .frame-box[data-loaded]::before {
    content: none;
  }
  iframe {
    grid-area: 1 / 1;
    display: block;
    inline-size: 100%;
    block-size: var(--offsite-frame-height, 560px);
    border: 0;
  }
  .skeleton {
    display: grid;
    gap: 12px;
    animation: appear var(--_duration) 300ms backwards;
  }
  .skeleton span {
    block-size: 20px;
    border-radius: 4px;
    background: var(--_line);
  }
  .skeleton span:nth-child(2) {
    inline-size: 60%;
  }
  .skeleton span:nth-child(3) {
    block-size: 40px;
  }
  .skeleton span:last-child {
    block-size: 48px;
    border-radius: var(--_radius);
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none;
    }
    .spinner,
    .frame-box::before {
      animation: appear 1ms 300ms backwards;
    }
  }
  @media (forced-colors: active) {
    .button {
      border-color: ButtonText;
    }
    .mark {
      stroke: CanvasText;
    }
    .skeleton span {
      border: 1px solid;
    }
  }
`;
