import { PAGE_STYLE } from "../../shared/page-style.ts";

/** The shop's style sheet. */
export const SHOP_STYLE = `${PAGE_STYLE}
.inner{width:100%;max-width:1080px;margin:0 auto;padding-inline:16px}
.skip{position:absolute;left:16px;top:-48px;padding:8px 16px;background:var(--offsite-surface);z-index:1}
.skip:focus{top:8px}
body{display:flex;flex-direction:column}
main{flex:1;padding-block:24px 48px}
footer{padding-block:24px}
.top{border-bottom:1px solid var(--offsite-line);background:var(--offsite-surface)}
.top .inner{display:flex;align-items:center;justify-content:space-between;gap:16px;min-height:64px}
.brand{display:flex;align-items:center;gap:10px;color:inherit;text-decoration:none;font-size:var(--offsite-text-large);font-weight:650;letter-spacing:-.01em}
nav{display:flex;align-items:center;gap:8px;margin-right:-12px}
nav a{display:inline-flex;align-items:center;gap:8px;min-height:44px;padding:0 12px;color:inherit;text-decoration:none;border-radius:var(--offsite-radius)}
nav a:hover{background:var(--offsite-canvas)}
.count{min-width:20px;padding:0 6px;border-radius:10px;background:var(--offsite-ink);color:var(--offsite-surface);font-size:12px;line-height:20px;font-weight:650;text-align:center;font-variant-numeric:tabular-nums}
.hero{display:grid;gap:4px;padding-block:8px 24px}
.hero h1{font-size:clamp(1.75rem,5vw,2.25rem);letter-spacing:-.02em}
.products{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 16px}
.products a{display:grid;gap:4px;color:inherit;text-decoration:none}
.products figure{overflow:hidden;border-radius:12px;margin-bottom:8px}
.products .picture{transition:transform var(--offsite-duration)}
.products a:hover .picture{transform:scale(1.02)}
.products .line{display:grid}
.name{font-weight:600;color:inherit;text-decoration:none}
.picture{width:100%;height:auto}
.product{display:grid;gap:24px}
.product figure{align-self:start;overflow:hidden;border-radius:16px}
.about{display:grid;gap:16px;align-content:start}
.about h1{font-size:1.75rem;letter-spacing:-.02em}
.price{font-size:var(--offsite-text-title);font-weight:600}
.add{display:flex;align-items:end;gap:12px}
.add label{display:grid;gap:4px}
.add .button{flex:1;max-width:280px}
.field{width:88px;min-height:44px;padding:8px 12px;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:var(--offsite-surface);color:inherit;font:inherit;font-variant-numeric:tabular-nums}
.sets{margin-top:32px}
.sets a{display:grid;grid-template-columns:1fr auto;gap:2px 16px;padding:16px 20px;color:inherit;text-decoration:none}
.about offsite-checkout:not(:defined){min-height:48px;padding:0}
.about offsite-checkout::part(view-offer){padding:0;border:0;background:none}
.pictures{display:grid;grid-template-columns:1fr 1fr;gap:16px;align-content:start}
.details{display:grid;gap:4px;padding-top:16px;border-top:1px solid var(--offsite-line);color:var(--offsite-muted)}
.page-title{margin-bottom:24px;display:grid;gap:4px}
.order{display:grid;grid-template-columns:minmax(0,1fr);gap:24px;align-items:start}
.order .page-title{margin:0}
offsite-checkout:not(:defined){display:grid;align-items:end;min-height:290px;padding:25px}
.goods{display:grid;gap:12px}
.goods li{display:grid;grid-template-columns:56px 1fr auto;gap:16px;align-items:center}
.goods .name,.goods .small{display:block}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:16px;align-items:start}
.side{padding:20px;display:grid;gap:16px}
.thumb{display:block;overflow:hidden;border-radius:var(--offsite-radius);flex:none}
.cart-lines{padding:4px 20px}
.cart-lines li{display:grid;grid-template-columns:72px minmax(0,1fr) auto;gap:8px 16px;padding:16px 0;align-items:start}
.cart-lines .thumb{grid-row:1/3}
.cart-lines li+li{border-top:1px solid var(--offsite-line)}
.what{display:grid;gap:2px}
.quantity{grid-column:2/-1;display:flex;align-items:center;gap:8px}
.step{width:36px;height:36px;border:1px solid var(--offsite-line);border-radius:var(--offsite-radius);background:transparent;color:inherit;font:inherit;cursor:pointer}
.step:hover{border-color:var(--offsite-muted)}
.quantity .amount{min-width:20px;text-align:center}
.link{border:0;background:none;padding:8px;color:var(--offsite-muted);text-decoration:underline;text-underline-offset:3px;cursor:pointer;font-family:inherit}
.totals{display:grid;gap:8px}
.totals div{display:flex;justify-content:space-between;align-items:baseline;gap:16px}
.totals dt{color:var(--offsite-muted)}
.totals .sum{padding-top:12px;margin-top:4px;border-top:1px solid var(--offsite-line)}
.totals .sum dt{color:inherit;font-weight:600}
.totals .sum dd{font-size:var(--offsite-text-title);font-weight:650;letter-spacing:-.01em}
.blank{display:grid;justify-items:center;gap:12px;padding:48px 24px;text-align:center;max-width:480px;margin:24px auto}
.orders a{display:grid;grid-template-columns:1fr auto;gap:2px 16px;padding:16px 20px;color:inherit;text-decoration:none;align-items:baseline}
.orders li+li{border-top:1px solid var(--offsite-line)}
.badge{justify-self:end;font-size:var(--offsite-text-small);font-weight:600;white-space:nowrap;color:var(--offsite-muted)}
.badge.complete{color:var(--offsite-success)}
.badge.pending{color:var(--offsite-warning)}
.demo{padding:4px 20px;border:1px dashed var(--offsite-line);border-radius:12px;color:var(--offsite-muted)}
.demo summary{cursor:pointer;min-height:36px;line-height:36px}
.demo form{display:grid;gap:12px;padding-bottom:16px}
.demo fieldset{border:0;margin:0;padding:0;display:grid;gap:4px}
.demo legend{padding:0;margin-bottom:4px;font-weight:600;color:var(--offsite-ink)}
.demo label{display:flex;align-items:center;gap:8px;min-height:28px}
.demo input{accent-color:var(--offsite-accent);margin:0}
.demo .button{min-height:36px;justify-self:start}
@media (min-width:720px){
.products .line{display:flex;justify-content:space-between;gap:12px}
main{padding-block:32px 64px}
.products{grid-template-columns:repeat(3,minmax(0,1fr));gap:32px 24px}
.product{grid-template-columns:minmax(0,1.1fr) minmax(0,1fr);gap:48px}
.columns{grid-template-columns:minmax(0,1fr) 340px;gap:24px}
.order{grid-template:"title payment" auto "goods payment" auto "aside payment" 1fr/minmax(0,1fr) minmax(0,512px);gap:24px 64px}
.order .page-title{grid-area:title}
.order .goods{grid-area:goods;gap:16px}
.order .goods li{grid-template-columns:96px 1fr auto}
.order .payment{grid-area:payment}
.order aside{grid-area:aside}
.cart-lines{padding:4px 24px}
.cart-lines li{grid-template-columns:96px minmax(0,1fr) auto}
}
`;
