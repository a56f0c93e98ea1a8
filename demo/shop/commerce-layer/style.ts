/** What the simulated organization's pages add to the shop's style sheet. */
export const ORGANIZATION_STYLE = `
.desk{display:grid;grid-template-columns:minmax(0,1fr);gap:24px;align-items:start}
.desk>.blank{margin:0;max-width:none;width:100%}
.stack{display:grid;gap:16px}
.choice{display:grid;gap:4px;font-size:var(--offsite-text-small);color:var(--offsite-muted)}
.choice .field{width:100%;color:var(--offsite-ink);font-size:var(--offsite-text)}
.choice[hidden]{display:none}
.split{display:flex;flex-wrap:wrap;align-items:end;justify-content:space-between;gap:8px 24px}
.split h1{overflow-wrap:anywhere}
.asks{display:grid;grid-template-columns:1fr 1fr;gap:8px}
.asks .button{padding-inline:8px}
.transactions{display:grid;gap:12px}
.transactions li{display:grid;grid-template-columns:1fr auto 72px;gap:0 12px;align-items:baseline}
.transactions .small{grid-column:1/-1;overflow-wrap:anywhere}
.badge.refused{color:var(--offsite-danger)}
.passed{display:grid;gap:8px;margin-top:12px}
.passed li{padding:0 16px}
.passed summary{display:flex;align-items:center;gap:12px;min-height:48px;cursor:pointer}
.passed summary .badge{min-width:32px;font-variant-numeric:tabular-nums}
.passed summary .small{margin-left:auto}
.passed form{padding-block:12px 16px}
.passed .button{min-height:36px;padding:4px 12px;font-size:var(--offsite-text-small)}
pre{margin:4px 0 12px;padding:12px;max-height:320px;overflow:auto;background:var(--offsite-canvas);border-radius:var(--offsite-radius);font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:12px ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
@media (min-width:720px){.desk{grid-template-columns:360px minmax(0,1fr);gap:24px 48px}}
`;
