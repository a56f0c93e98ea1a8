/** The gallery's style sheet, beside the shop's. */
export const GALLERY_STYLE = `
.lead{max-width:44rem}
.sections{display:flex;flex-wrap:wrap;gap:4px;margin:0 0 16px;border-bottom:1px solid var(--offsite-line)}
.sections a{margin-bottom:-1px;border-bottom:2px solid transparent;border-radius:0}
.sections a[aria-current]{border-color:var(--offsite-accent);font-weight:600}
.look{display:flex;flex-wrap:wrap;align-items:end;gap:12px;margin-bottom:24px}
.look label{display:grid;gap:4px}
.look .field{width:auto;max-width:100%}
.note{padding:16px;margin-bottom:24px}
.contents{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:16px;margin:0 0 32px}
.contents a{display:flex;align-items:center;min-height:28px;padding:0;color:var(--offsite-accent)}
.contents a:hover{text-decoration:underline;background:none}
nav.contents{align-items:start}
.once{display:grid;gap:8px;margin-block:24px 32px}
.states{margin-bottom:48px}
.states>h2{padding-top:16px;border-top:1px solid var(--offsite-line);font-size:var(--offsite-text-title)}
.state{display:grid;grid-template-columns:minmax(0,1fr);gap:12px;padding-block:24px;scroll-margin-top:16px;align-items:start}
.state header{max-width:44rem}
.state h3{font-size:var(--offsite-text-large);line-height:1.35;font-weight:650}
.stage{min-width:0;padding:min(24px,4%);border-radius:12px;background:var(--offsite-canvas);border:1px solid var(--offsite-line);color:var(--offsite-ink)}
.stage offsite-checkout{margin-inline:auto}
.stage offsite-checkout:not(:defined){min-height:48px;padding:0}
.scheme-light,:root:has(.page-light){color-scheme:light}
.scheme-dark,:root:has(.page-dark){color-scheme:dark}
.code{min-width:0;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:var(--offsite-surface);color:var(--offsite-ink)}
.code .bar{display:flex;align-items:center;justify-content:space-between;min-height:40px;padding:4px 4px 4px 16px;border-bottom:1px solid var(--offsite-line)}
.code .button{min-height:32px;padding:2px 12px;font-size:inherit}
.code pre{margin:0;border:0;background:none;padding:12px 16px;font:.75rem/1.6 ui-monospace,"SF Mono","Cascadia Mono","Roboto Mono","DejaVu Sans Mono",monospace;white-space:pre-wrap;word-break:break-all;tab-size:2}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:24px;align-items:start}
.tiles .state{padding:0}
.tiles .stage{padding:16px}
.theme{display:grid;gap:16px;margin-bottom:48px;scroll-margin-top:16px}
.theme .tiles{grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr))}
summary{cursor:pointer;min-height:36px;line-height:36px}
@media (min-width:960px){
.state:has(>.code){grid-template:"about about" auto "stage code" auto "stage alone" 1fr/minmax(0,1fr) minmax(0,30rem);gap:12px 24px}
.state:has(>.code)>header{grid-area:about}
.state:has(>.code)>.stage{grid-area:stage}
.state:has(>.code)>.code{grid-area:code}
.state:has(>.code)>.alone{grid-area:alone}
}
`;
