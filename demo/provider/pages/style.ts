import { PAGE_STYLE } from "../../../shared/page-style.ts";

/** The provider's style sheet. */
export const PROVIDER_STYLE = `${PAGE_STYLE}
main{max-width:448px;margin:0 auto;padding:16px;display:grid;gap:16px}
main.wide{max-width:1040px}
.framed body{min-height:0;background:var(--offsite-surface)}
.framed main{max-width:none;padding:16px}
.framed .card{border:0;border-radius:0}
.framed .pay{padding:0}
.notice{display:flex;align-items:center;gap:8px;font-size:var(--offsite-text-small);color:var(--offsite-warning);font-weight:600}
.notice svg{flex:none}
.masthead{display:flex;align-items:center;justify-content:space-between;gap:12px;flex-wrap:wrap}
.brand{display:flex;align-items:center;gap:8px;font-weight:650;color:inherit;text-decoration:none}
.pay{padding:24px;display:grid;gap:20px}
.to{display:grid;gap:4px}
.total{font-size:var(--offsite-text-total);line-height:1.2;font-weight:650;letter-spacing:-.02em}
.facts{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;font-size:var(--offsite-text-small)}
.facts dt{color:var(--offsite-muted)}
.facts dd{text-align:right;overflow-wrap:anywhere}
.face{width:100%;height:auto;border-radius:12px}
form.choices{display:grid;gap:12px}
.row{display:grid;grid-template-columns:1fr 1fr;gap:12px}
details{border-top:1px solid var(--offsite-line);padding-top:12px}
details+details{margin-top:0}
summary{cursor:pointer;font-weight:600;min-height:32px;display:flex;align-items:center;justify-content:space-between;gap:8px;list-style:none}
summary::-webkit-details-marker{display:none}
summary::after{content:"";width:8px;height:8px;margin-right:4px;border:solid var(--offsite-muted);border-width:0 2px 2px 0;transform:rotate(45deg) translate(-2px,-2px);transition:transform var(--offsite-duration)}
details[open]>summary::after{transform:rotate(-135deg) translate(-2px,-2px)}
.options{display:grid;gap:8px;margin-top:12px}
.option{display:grid;gap:0;width:100%;min-height:44px;padding:8px 12px;text-align:left;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:transparent;color:inherit;font:inherit;cursor:pointer;transition:border-color var(--offsite-duration)}
.option:hover{border-color:var(--offsite-accent)}
.option b{font-weight:600}
.option span{color:var(--offsite-muted);font-size:var(--offsite-text-small);line-height:1.4}
.state{display:inline-flex;align-items:center;gap:6px;font-weight:600;white-space:nowrap}
.state::before{content:"";width:8px;height:8px;border-radius:50%;background:currentColor}
.state.open,.state.cancelled,.state.expired{color:var(--offsite-muted)}
.state.paid,.state.authorized{color:var(--offsite-success)}
.state.pending{color:var(--offsite-warning)}
.state.failed{color:var(--offsite-danger)}
.list{padding:8px 16px}
.list>li{display:grid;grid-template-columns:minmax(0,1fr) auto;overflow-wrap:anywhere;gap:4px 16px;padding:12px 0;align-items:baseline}
.list>li+li{border-top:1px solid var(--offsite-line)}
.list .amount{font-weight:600;text-align:right}
.list .wideline{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;justify-content:space-between}
.list details{border:0;padding:0;width:100%}
.list .wideline>div:only-child{width:100%}
.list summary{justify-content:flex-start;font-weight:400}
.tools{display:flex;flex-wrap:wrap;gap:8px}
.tools .button{min-height:36px;padding:4px 12px;font-size:var(--offsite-text-small)}
label.tools{align-items:center}
.pick{min-height:36px;padding:4px 8px;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:var(--offsite-surface);color:inherit;font:inherit}
.empty{padding:32px 24px;text-align:center;display:grid;gap:8px}
pre{margin:8px 0 0;padding:12px;background:var(--offsite-canvas);border-radius:var(--offsite-radius);font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
`;
