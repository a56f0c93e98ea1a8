/** The console's look, on top of the family's page style. */
export const styles = `
  offsite-console, console-overview, console-list, console-record, console-search, console-webhooks { display: block; }
  .inner { width: 100%; max-width: 1120px; margin: 0 auto; padding-inline: 16px; }
  main:focus { outline: none; }
  main.inner { padding-block: 24px 48px; }
  section, aside { margin-block-start: 32px; }
  :where(main.inner h1) { margin-block-end: 8px; }
  h2 { margin-block-end: 8px; font-size: var(--offsite-text-large); }
  h1, h2, p { overflow-wrap: anywhere; }
  code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
  .pad { padding: 16px; }
  .strong { font-weight: 600; }
  .right { text-align: end; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .skip { position: absolute; inset: -64px auto auto 16px; z-index: 1; }
  .skip:focus { inset-block-start: 8px; }
  .button[aria-disabled="true"] { opacity: 0.6; cursor: default; }
  .button.quiet { border-color: transparent; background: none; font-weight: 400; padding-inline: 12px; }
  .top { border-block-end: 1px solid var(--offsite-line); background: var(--offsite-surface); }
  .top .inner { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding-block: 8px; }
  .top nav { display: flex; margin-inline-start: -12px; }
  .top nav a { display: flex; align-items: center; min-height: 44px; padding: 0 12px; color: inherit; text-decoration: none; border-radius: var(--offsite-radius); }
  .top nav a:hover { background: var(--offsite-canvas); }
  .top nav a[aria-current] { font-weight: 650; box-shadow: inset 0 -2px var(--offsite-accent); border-radius: 0; }
  .search { display: flex; flex: 1 1 260px; min-width: 0; gap: 8px; justify-content: end; }
  .search input { flex: 1 1 0; max-width: 320px; min-width: 0; text-overflow: ellipsis; }
  .search svg { display: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
  input, select { min-height: 44px; padding: 8px 12px; border: 1px solid var(--offsite-muted); border-radius: var(--offsite-radius); background: var(--offsite-surface); color: inherit; font: inherit; }
  input[type="checkbox"] { width: 20px; min-height: 20px; margin: 0; accent-color: var(--offsite-accent); }
  input[aria-invalid="true"] { border-color: var(--offsite-danger); }
  .fault { color: var(--offsite-danger); }
  .sign-in { display: grid; gap: 24px; max-width: 26rem; margin: 0 auto; padding: 15vh 16px 48px; }
  .sign-in form { display: grid; gap: 8px; padding: 24px; }
  .sign-in label { font-weight: 600; }
  .sign-in .button { margin-block-start: 8px; }
  .filters { display: flex; flex-wrap: wrap; align-items: end; gap: 12px; margin-block: 16px; }
  .filters label { display: grid; gap: 4px; font-size: var(--offsite-text-small); color: var(--offsite-muted); }
  .filters label > * { color: var(--offsite-ink); font-size: var(--offsite-text); }
  .filters .check { display: flex; align-items: center; gap: 8px; min-height: 44px; font-size: var(--offsite-text); color: inherit; }
  .rows { overflow: hidden; margin-block-end: 16px; }
  .rows li + li { border-block-start: 1px solid var(--offsite-line); }
  .row { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 16px; padding: 12px 16px; color: inherit; text-decoration: none; font-size: var(--offsite-text); }
  a.row:hover { background: var(--offsite-canvas); }
  a.row:focus-visible { outline-offset: -2px; }
  .row .about { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .row > :nth-child(2) { text-align: end; }
  .row > :nth-child(n + 3) { grid-column: 1 / -1; }
  .row.concern > :nth-child(2) { grid-column: 1 / -1; text-align: start; }
  .row.concern > :nth-child(3) { grid-row: 1; grid-column: 2; text-align: end; }
  .delivery { display: grid; gap: 4px 16px; align-items: center; justify-items: start; padding: 12px 16px; }
  .delivery a { text-underline-offset: 5px; }
  time { white-space: nowrap; }
  .badge { display: inline-block; padding: 0 8px; border: 1px solid currentColor; border-radius: 12px; font-size: var(--offsite-text-small); font-weight: 600; line-height: 22px; white-space: nowrap; vertical-align: middle; letter-spacing: 0; }
  .badge.good, .key.paid, .chart .paid { color: var(--offsite-success); fill: var(--offsite-success); }
  .badge.wait, .key.waiting, .chart .waiting { color: var(--offsite-warning); fill: var(--offsite-warning); }
  .badge.bad { color: var(--offsite-danger); }
  .badge.calm, .key.over, .chart .over { color: var(--offsite-muted); fill: var(--offsite-muted); }
  .key.back, .chart .back { color: var(--offsite-accent); fill: var(--offsite-accent); }
  .notice { display: grid; gap: 4px; padding: 16px; border: 1px solid var(--offsite-line); border-inline-start: 4px solid var(--offsite-muted); border-radius: var(--offsite-radius); background: var(--offsite-surface); }
  .notice.good { border-inline-start-color: var(--offsite-success); }
  .notice.wait { border-inline-start-color: var(--offsite-warning); }
  .notice.bad { border-inline-start-color: var(--offsite-danger); }
  .notice { margin-block-end: 8px; }
  .total { display: flex; flex-wrap: wrap; align-items: center; gap: 12px; margin-block: 4px 16px; font-size: var(--offsite-text-total); }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 8px; }
  .columns > div, .columns > aside { min-width: 0; }
  .timeline li { padding: 12px 16px 12px 36px; position: relative; }
  .timeline li::before { content: ""; position: absolute; inset: 20px auto auto 16px; width: 8px; height: 8px; border-radius: 50%; background: var(--offsite-muted); }
  .timeline li::after { content: ""; position: absolute; inset: 32px auto -16px 19.5px; width: 1px; background: var(--offsite-line); }
  .timeline li:last-child::after { display: none; }
  .timeline .next::before { background: none; border: 2px solid var(--offsite-warning); }
  dl { display: grid; gap: 0; font-size: var(--offsite-text); }
  dt { color: var(--offsite-muted); font-size: var(--offsite-text-small); }
  dd { margin-block-end: 12px; overflow-wrap: anywhere; }
  dd:last-child { margin-block-end: 0; }
  .chart svg { width: 100%; height: 120px; }
  .chart .day { fill: var(--offsite-line); }
  .axis { display: flex; justify-content: space-between; padding-block: 4px 12px; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; }
  .legend li { display: flex; align-items: center; gap: 8px; }
  .key { width: 12px; height: 12px; border-radius: 3px; background: currentColor; }
  .chart details { margin-block-start: 12px; }
  summary { min-height: 24px; cursor: pointer; }
  .scroll { overflow-x: auto; max-height: 320px; }
  table { width: 100%; border-collapse: collapse; }
  th, td { padding: 8px 12px 8px 0; border-block-end: 1px solid var(--offsite-line); text-align: start; white-space: nowrap; }
  th.right, td.right { text-align: end; }
  dialog { width: min(28rem, calc(100vw - 32px)); padding: 24px; border: 1px solid var(--offsite-line); border-radius: 12px; background: var(--offsite-surface); color: inherit; }
  dialog::backdrop { background: rgb(0 0 0 / 0.5); }
  dialog form { display: grid; gap: 12px; }
  dialog label { font-weight: 600; }
  dialog .buttons { justify-content: end; }
  .skeleton { display: grid; gap: 12px; margin-block: 24px; animation: appear 1ms 300ms both; }
  .skeleton i { height: 48px; border-radius: var(--offsite-radius); background: var(--offsite-line); opacity: 0.6; }
  @keyframes appear { from { visibility: hidden; } }
  noscript { display: block; padding: 24px; }
  @media (max-width: 479px) {
    .search { flex-basis: 160px; }
    .search .button { display: grid; place-items: center; width: 44px; padding: 0; }
    .search svg { display: block; }
    .search span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  }
  @media (min-width: 800px) {
    .row { grid-template-columns: 8rem minmax(0, 1.6fr) minmax(0, 1.2fr) 13rem; align-items: center; }
    .row > :nth-child(2) { text-align: start; }
    .row > :nth-child(n + 3) { grid-column: auto; }
    .row > :last-child { text-align: end; }
    .row.concern > :nth-child(2) { grid-column: auto; }
    .row.concern > :nth-child(3) { grid-row: auto; grid-column: auto; text-align: start; }
    .delivery { grid-template-columns: minmax(0, 1fr) auto; }
    .delivery > p { grid-column: 1; }
    .delivery .button { grid-area: 1 / 2 / 3; }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 32px; }
    .columns .row { grid-template-columns: 7rem minmax(0, 1fr) auto; }
    .columns .row > :nth-child(3) { grid-row: 2; grid-column: 1 / 3; }
  }
`;
