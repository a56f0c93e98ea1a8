import { themeDeclarations } from "./theme.ts";

/** The style sheet that every page begins with, the server's own as the demo's: the family's properties, type and controls. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${themeDeclarations()}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;background:var(--offsite-canvas);color:var(--offsite-ink);font:var(--offsite-text)/1.5 var(--offsite-font);-webkit-font-smoothing:antialiased}
h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:var(--offsite-text-title);line-height:1.25;letter-spacing:-.01em;font-weight:650;text-wrap:balance}
h2{font-size:var(--offsite-text-large);line-height:1.35;font-weight:650}
a{color:var(--offsite-accent);text-underline-offset:3px}
img,svg{display:block;max-width:100%}
:focus-visible{outline:2px solid var(--offsite-accent);outline-offset:2px;border-radius:4px}
.muted{color:var(--offsite-muted)}
.small{font-size:var(--offsite-text-small)}
.amount{font-variant-numeric:tabular-nums;white-space:nowrap}
.card{background:var(--offsite-surface);border:1px solid var(--offsite-line);border-radius:12px}
.button{display:inline-flex;align-items:center;justify-content:center;gap:8px;min-height:44px;padding:8px 20px;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:var(--offsite-surface);color:var(--offsite-ink);font:inherit;font-weight:600;text-decoration:none;cursor:pointer;transition:border-color var(--offsite-duration),background-color var(--offsite-duration),filter var(--offsite-duration)}
.button:hover{border-color:var(--offsite-muted)}
.button.primary{background:var(--offsite-accent);border-color:var(--offsite-accent);color:var(--offsite-on-accent)}
.button.primary:hover{filter:brightness(1.08)}
.button.wide{width:100%}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
`;
