/**
 * What the widget never asks of lit-html, as text of its published file and what stands there instead: SVG and MathML
 * templates, attributes of text and values mixed, bindings on elements, in comments and in raw text, texts that end in
 * `=` before a value, directives, hydration and polyfills. The build fails where a new version of lit-html reads
 * otherwise, and the size limit tells what that is worth.
 */
const CUTS: readonly (readonly [published: string, instead: string])[] = [
  // Attributes of text and values mixed: what is bound is the whole attribute.
  ["s=r.getAttribute(t).split(o),", ""],
  ["strings:s,ctor", "ctor"],
  ["new r.ctor(h,r.name,r.strings,this,t)", "new r.ctor(h,r.name)"],
  [
    ',this.options=h,s.length>2||""!==s[0]||""!==s[1]?(this._$AH=Array(s.length-1).fill(new String),this.strings=s):this._$AH=A',
    "",
  ],
  [
    'const h=this.strings;let o=!1;if(void 0===h)t=M(this,t,i,0),o=!a(t)||t!==this._$AH&&t!==E,o&&(this._$AH=t);else{const e=t;let n,r;for(t=h[0],n=0;n<h.length-1;n++)r=M(this,e[s+n],i,n),r===E&&(r=this._$AH[n]),o||=!a(r)||r!==this._$AH[n],r===A?t=A:t!==A&&(t+=(r??"")+h[n+1]),this._$AH[n]=r}o&&!e&&this.j(t)',
    "t!==this._$AH&&this.j(this._$AH=t)",
  ],
  ["void 0!==s&&(void 0!==s.strings?(s._$AI(t,s,i),i+=s.strings.length-2):s._$AI(t[i])),i++", "s._$AI(t[i++])"],
  // SVG and MathML templates.
  ['l=2===i?"<svg>":3===i?"<math>":""', 'l=""'],
  ['+(2===i?"</svg>":3===i?"</math>":"")', ""],
  [",2===i||3===i){const t=this.el.content.firstChild;t.replaceWith(...t.childNodes)}", ",0);"],
  // Raw text elements: the widget's templates have none.
  [
    'if(y.test(r.tagName)){const t=r.textContent.split(o),i=t.length-1;if(i>0){r.textContent=s?s.emptyScript:"";for(let s=0;s<i;s++)r.append(t[s],c()),P.nextNode(),d.push({type:2,index:++l});r.append(t[i],c())}}',
    "",
  ],
  // Bindings in comments and on elements.
  [
    "if(r.data===n)d.push({type:2,index:l});else{let t=-1;for(;-1!==(t=r.data.indexOf(o,t+1));)d.push({type:7,index:l}),t+=o.length-1}",
    "r.data===n&&d.push({type:2,index:l});",
  ],
  ["else t.startsWith(o)&&(d.push({type:6,index:l}),r.removeAttribute(t));", ""],
  [":6===r.type&&(i=new Z(h,this,t))", ":0"],
  // Directives, and what tells them of being disconnected.
  [
    "if(i===E)return i;let h=void 0!==e?s._$Co?.[e]:s._$Cl;const o=a(i)?void 0:i._$litDirective$;return h?.constructor!==o&&(h?._$AO?.(!1),void 0===o?h=void 0:(h=new o(t),h._$AT(t,s,e)),void 0!==e?(s._$Co??=[])[e]=h:s._$Cl=h),void 0!==h&&(i=M(t,h._$AS(t,i.values),h,e)),i}",
    "return i}",
  ],
  ["setConnected(t){void 0===this._$AM&&(this._$Cv=t,this._$AP?.(t))}", ""],
  ["for(this._$AP?.(!1,!0,s);t", "for(;t"],
  ["get _$AU(){return this._$AM?._$AU??this._$Cv}", ""],
  [",this._$Cv=e?.isConnected??!0", ""],
  ["get tagName(){return this.element.tagName}", ""],
  ["get startNode(){return this._$AA}get endNode(){return this._$AB}", ""],
  [
    "get parentNode(){let t=this._$AA.parentNode;const i=this._$AM;return void 0!==i&&11===t?.nodeType&&(t=i.parentNode),t}",
    "",
  ],
  ["get parentNode(){return this._$AM.parentNode}", ""],
  // Templates compiled beforehand.
  [
    'e="number"==typeof s?this._$AC(t):(void 0===s.el&&(s.el=S.createElement(V(s.h,s.h[0]),this.options)),s)',
    "e=this._$AC(t)",
  ],
  // Listeners that are objects, or have options.
  [
    "e=t===A&&s!==A||t.capture!==s.capture||t.once!==s.once||t.passive!==s.passive,h=t!==A&&(s===A||e);e&&",
    "e=0,h=s===A;",
  ],
  ["this.element.removeEventListener(this.name,this,s),", ""],
  [
    '"function"==typeof this._$AH?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)',
    "this._$AH(t)",
  ],
  // Polyfills and the list of versions on the page.
  [',B=t.litHtmlPolyfillSupport;B?.(S,k),(t.litHtmlVersions??=[]).push("3.3.3");const D', ";const D"],
  ["const j={M:h,P:o,A:n,C:1,L:N,R,D:d,V:M,I:k,H,N:L,U:z,B:I,F:Z};", ""],
  ["j as _$LH,", ""],
  // Values that are no text, number, template or array; documents other than the page's.
  [',d=t=>u(t)||"function"==typeof t?.[Symbol.iterator]', ""],
  ["d(t)?this.k(t)", "u(t)?this.k(t)"],
  [":void 0!==t.nodeType?this.T(t)", ""],
  ["(t?.creationScope??l)", "l"],
  [":t!==this._$AH&&t!==E&&this._(t)", ":t!==this._$AH&&this._(t)"],
  ["if((t=M(this,t,i,0)??A)===E)return;", ""],
  ["this.type=2,", ""],
  ["this.type=1,", ""],
  ["constructor(){super(...arguments),this.type=3}", ""],
  ["constructor(){super(...arguments),this.type=4}", ""],
  ["constructor(t,i,s,e,h){super(t,i,s,e,h),this.type=5}", ""],
  [",this._$AN=void 0", ""],
  ["const e=s?.renderBefore??i;", "const e=i;"],
  ["const t=s?.renderBefore??null;", "const t=null;"],
  [",T as mathml", ""],
  [",w as svg", ""],
  ["b=x(1),w=x(2),T=x(3)", "b=x(1)"],
  // Reading a template's HTML: a value that follows `=` is that attribute's, every other one is a child.
  [
    'l="",c=v;for(let i=0;i<s;i++){const s=t[i];let a,u,d=-1,f=0;for(;f<s.length&&(c.lastIndex=f,u=c.exec(s),null!==u);)f=c.lastIndex,c===v?"!--"===u[1]?c=_:void 0!==u[1]?c=m:void 0!==u[2]?(y.test(u[2])&&(n=RegExp("</"+u[2],"g")),c=p):void 0!==u[3]&&(c=p):c===p?">"===u[0]?(c=n??v,d=-1):void 0===u[1]?d=-2:(d=c.lastIndex-u[2].length,a=u[1],c=void 0===u[3]?p:\'"\'===u[3]?$:g):c===$||c===g?c=p:c===_||c===m?c=v:(c=p,n=void 0);const x=c===p&&t[i+1].startsWith("/>")?" ":"";l+=c===v?s+r:d>=0?(e.push(a),s.slice(0,d)+h+s.slice(d)+o+x):s+o+(-2===d?i:x)}',
    'l="";for(let i=0;i<s;i++){const s=t[i],n=/(\\S+)=$/.exec(s);l+=n?(e.push(n[1]),s.slice(0,-1)+h+"="+o):s+r}',
  ],
  ["let n,l=", "let l="],
  [',p=RegExp(`>|${f}(?:([^\\\\s"\'>=/]+)(${f}*=${f}*(?:[^ \\t\\n\\f\\r"\'\\`<>=]|("|\')|))|$)`,"g")', ""],
  ["_$AI(t,i=this,s,e)", "_$AI(t)"],
  ["_$AI(t,i=this)", "_$AI(t)"],
  // What a part is in and was rendered with: nothing above asks any more.
  ["function M(t,i,s=t,e){return i}", ""],
  ["t=M(this,t,i),", ""],
  ["get _$AU(){return this._$AM._$AU}", ""],
  ["this._$AD=t,this._$AM=i", "this._$AD=t"],
  [",this._$AM=s,this.options=e", ""],
  [",this._$AM=e", ""],
  [",this,this.options)", ")"],
  ["new k(h,h.nextSibling,this,t)", "new k(h,h.nextSibling)"],
  ["new R(e,this),s=t.u(this.options)", "new R(e),s=t.u()"],
  ["t,void 0,s??{})", "t)"],
  ["this.el=S.createElement(f,e)", "this.el=S.createElement(f)"],
  // `nothing` as a value: the widget's texts and attributes are always something.
  ["j(t){t===A?this.element.removeAttribute(this.name):this.element.", "j(t){this.element."],
  ["this.element[this.name]=t===A?void 0:t", "this.element[this.name]=t"],
  ["!!t&&t!==A", "!!t"],
  // What tells one kind of part from another: only an attribute's has a class.
  ["2===r.type?i=new k(", "i=!r.ctor?new k("],
  ["1===r.type?i=new r.ctor(h,r.name):0", "new r.ctor(h,r.name)"],
  ["type:1,", ""],
  ["type:2,", ""],
  // A server that imports the script has no document.
  ["l=document,", "l=globalThis.document,"],
  ["P=l.createTreeWalker", "P=l?.createTreeWalker"],
  // What is told apart where there is only one of it, or by more words than it takes.
  ["x=t=>(i,...s)=>({_$litType$:t,strings:i,values:s}),b=x(1)", "b=(i,...s)=>({_$litType$:1,strings:i,values:s})"],
  ['&&"function"!=typeof t', ""],
  ["void 0!==e?e.createHTML", "e?e.createHTML"],
  ["return void 0===i&&C.set", "return i||C.set"],
  ["for(;void 0!==r;)", "for(;r;)"],
  ["null!==(r=P.nextNode())", "(r=P.nextNode())"],
  ["void 0===h", "!h"],
  ["(r=P.nextNode())&&d.length<u", "r=P.nextNode()"],
  ["else if(8===r.nodeType)r", "else r"],
  ["t===A||null==t", "null==t"],
  ["this._$AH!==t&&(this._$AR(),this._$AH=this.O(t))", "this._$AR(),this._$AH=this.O(t)"],
  [",_$litType$:i},e)", "})"],
  ["[f,v]=N(t,i)", "[f,v]=N(t)"],
  ["constructor(t,i,s,e)", "constructor(t,i)"],
  ["constructor(t,i,s,e,h)", "constructor(t,i)"],
  ["createElement(t,i)", "createElement(t)"],
  ["Math.random().toFixed(9).slice(2)", "Math.random()"],
  // Other copies of lit-html never see this one's values.
  ['Symbol.for("lit-nothing")', "Symbol()"],
  ['E=Symbol.for("lit-noChange"),', "E=0,"],
  // Checks of what is always so here.
  ['throw Error("invalid template strings array")', "throw Error()"],
  ["if(r.hasAttributes())for", "for"],
  ["i=t=>t,", ""],
  ["const s=i(t).nextSibling;i(t).remove(),t=s", "const s=t.nextSibling;t.remove(),t=s"],
  // What is left, said shorter.
  ["o=`lit$${Math.random()}$`", 'o="lit"+Math.random()'],
  ["({_$litType$:1,strings", "({strings"],
  ["void 0!==t._$litType$?", "t.strings?"],
  ["{values:i,_$litType$:s}=t", "{values:i}=t"],
  ["const s=this._$AH,e=0,h=s===A;h&&this", "this._$AH===A&&this"],
  ["_$AR(t=this._$AA.nextSibling,s)", "_$AR(t=this._$AA.nextSibling)"],
  ["_$AR(s&&s._$AB.nextSibling,e)", "_$AR(s?._$AB.nextSibling)"],
  ["addEventListener(this.name,this,t)", "addEventListener(this.name,this)"],
  [
    "if(this.el=S.createElement(f),P.currentNode=this.el.content,0);for(",
    '(this.el=document.createElement("template")).innerHTML=f,P.currentNode=this.el.content;for(',
  ],
  ['static createElement(t){const s=l.createElement("template");return s.innerHTML=t,s}', ""],
  [
    "o=0,n=0,r=s[0];for(;r;){if(o===r.index){let i;i=!r.ctor?new k(h,h.nextSibling):new r.ctor(h,r.name),this._$AV.push(i),r=s[++n]}o!==r?.index&&(h=P.nextNode(),o++)}",
    "o=0;for(const r of s){for(;o<r.index;o++)h=P.nextNode();this._$AV.push(r.ctor?new r.ctor(h,r.name):new k(h,h.nextSibling))}",
  ],
  [
    "(t,i,s)=>{const e=i;let h=e._$litPart$;if(!h){const t=null;e._$litPart$=h=new k(i.insertBefore(c(),t),t)}return h._$AI(t),h}",
    "(t,i)=>{(i._$litPart$??=new k(i.appendChild(c()),null))._$AI(t)}",
  ],
];

/** Takes out of lit-html what the widget never uses. @throws Error where lit-html does not read as expected */
export function dietLit(code: string): string {
  return CUTS.reduce((text, [published, instead]) => {
    if (!text.includes(published)) throw new Error(`lit-html has changed: expected ${published}`);
    return text.replaceAll(published, () => instead);
  }, code);
}
