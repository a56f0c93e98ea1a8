import { html, type Html } from "../../shared/html.ts";

// Colours are attributes, not styles: the shop's content security policy allows no inline style.

function picture(background: string, content: Html): Html {
  return html`<svg class="picture" viewBox="0 0 320 320" aria-hidden="true" focusable="false">
    <rect width="320" height="320" fill="${background}" />
    ${content}
  </svg>`;
}

/** The products' pictures, drawn as vectors. */
export const pictures = {
  mug: picture(
    "#efe4d3",
    html`<ellipse cx="156" cy="254" rx="96" ry="12" fill="#d9c8ae" />
      <path
        d="M214 130h14c24 0 38 16 38 38s-16 40-40 40h-18"
        fill="none"
        stroke="#b9a88d"
        stroke-width="17"
        stroke-linecap="round"
      />
      <path d="M84 104h136v92c0 36-24 58-68 58s-68-22-68-58Z" fill="#f8f2e7" />
      <path d="M184 104h36v92c0 36-24 58-68 58 34-8 38-34 38-62Z" fill="#e7dcc8" />
      <path d="M84 196h136c0 36-24 58-68 58s-68-22-68-58Z" fill="#a4563b" />
      <path d="M188 196h32c0 36-24 58-68 58 28-8 36-32 36-58Z" fill="#8d4630" />
      <ellipse cx="152" cy="104" rx="68" ry="15" fill="#e2d5bd" />
      <ellipse cx="152" cy="106" rx="58" ry="10.5" fill="#4a2d1f" />
      <g fill="#8a7a62">
        <circle cx="108" cy="138" r="2.2" />
        <circle cx="126" cy="160" r="1.6" />
        <circle cx="150" cy="142" r="2.4" />
        <circle cx="172" cy="168" r="1.8" />
        <circle cx="100" cy="178" r="1.8" />
        <circle cx="142" cy="182" r="2" />
        <circle cx="190" cy="146" r="1.6" />
        <circle cx="164" cy="128" r="1.4" />
        <circle cx="118" cy="184" r="1.3" />
        <circle cx="202" cy="180" r="2" />
      </g>
      <g fill="none" stroke="#ffffff" stroke-width="5" stroke-linecap="round" opacity=".8">
        <path d="M132 78c-8-12 8-18 0-32" />
        <path d="M164 80c-8-12 8-18 0-32" />
      </g>`,
  ),
  notebook: picture(
    "#dbe5df",
    html`<path d="M96 262h140l18-12V74h-18Z" fill="#b9c9c0" />
      <path d="M88 56h140a12 12 0 0 1 12 12v180a12 12 0 0 1-12 12H88Z" fill="#f7f4ec" />
      <path d="M84 52h138a14 14 0 0 1 14 14v174a14 14 0 0 1-14 14H84Z" fill="#1f4d43" />
      <path d="M84 52h22v202H84Z" fill="#173b34" />
      <path d="M204 52h10v202h-10Z" fill="#e0a458" />
      <rect x="126" y="92" width="60" height="44" rx="3" fill="#f7f4ec" />
      <path d="M138 108h36M138 120h24" stroke="#8a9b93" stroke-width="3.5" stroke-linecap="round" />
      <path d="M150 254v26l7-7 7 7v-26Z" fill="#c65d3b" />`,
  ),
  tote: picture(
    "#e3e0ee",
    html`<ellipse cx="160" cy="270" rx="98" ry="10" fill="#ccc7de" />
      <path d="M116 128V96c0-58 88-58 88 0v32" fill="none" stroke="#c9b48d" stroke-width="11" />
      <path d="M74 118h172l12 144a8 8 0 0 1-8 8H70a8 8 0 0 1-8-8Z" fill="#f3ead6" />
      <path d="M214 118h32l12 144a8 8 0 0 1-8 8h-28Z" fill="#e5d8bb" />
      <path d="M74 118h172l1.4 16H72.600Z" fill="#dccba6" />
      <path d="M110 118v34M210 118v34" stroke="#c9b48d" stroke-width="11" />
      <path d="M160 236v-54" stroke="#2f5d50" stroke-width="5" stroke-linecap="round" />
      <path d="M160 214c-30 2-40-16-40-32 24-2 40 8 40 32Z" fill="#2f5d50" />
      <path d="M160 200c30 2 40-16 40-32-24-2-40 8-40 32Z" fill="#4d8673" />
      <path d="M160 182c-14-8-14-24 0-34 14 10 14 26 0 34Z" fill="#e0a458" />`,
  ),
  print: picture(
    "#dfe7f1",
    html`<path d="M84 46h160v228H84Z" fill="#c6d3e3" />
      <path d="M78 40h160v228H78Z" fill="#fdfaf3" />
      <path d="M94 56h128v180H94Z" fill="#f8d9b0" />
      <circle cx="176" cy="116" r="26" fill="#ee7b52" />
      <path d="M94 150c24-26 46-22 66-4s40 18 62-8v98H94Z" fill="#8fb3a5" />
      <path d="M94 182c30-26 56-16 76 0s38 14 52 2v52H94Z" fill="#3f7a6c" />
      <path d="M94 212c22-14 44-12 66-2s44 8 62-6v32H94Z" fill="#1d4a46" />
      <path d="M114 92q6-6 12 0q6-6 12 0M134 76q5-5 10 0q5-5 10 0" fill="none" stroke="#7a5237" stroke-width="2.5" />
      <path d="M94 250h44" stroke="#b8b0a0" stroke-width="3" stroke-linecap="round" />
      <path d="M204 250h18" stroke="#b8b0a0" stroke-width="3" stroke-linecap="round" />`,
  ),
  candle: picture(
    "#f1dcd4",
    html`<ellipse cx="160" cy="266" rx="80" ry="11" fill="#dfc2b6" />
      <path d="M160 44c18 22 22 34 22 46a22 22 0 0 1-44 0c0-12 6-24 22-46Z" fill="#f2a03d" />
      <path d="M160 70c9 12 11 18 11 25a11 11 0 0 1-22 0c0-7 4-13 11-25Z" fill="#fde7b2" />
      <path d="M160 106v28" stroke="#4b3a33" stroke-width="4" stroke-linecap="round" />
      <path d="M98 126h124v124a16 16 0 0 1-16 16h-92a16 16 0 0 1-16-16Z" fill="#fff7ef" opacity=".65" />
      <path d="M98 146h124v104a16 16 0 0 1-16 16h-92a16 16 0 0 1-16-16Z" fill="#e9c9a6" />
      <path d="M190 146h32v104a16 16 0 0 1-16 16h-32c12-4 16-10 16-22Z" fill="#dab68e" />
      <ellipse cx="160" cy="146" rx="62" ry="9" fill="#f5e2c9" />
      <rect x="124" y="178" width="72" height="56" rx="4" fill="#fffaf3" />
      <path
        d="M160 222v-28M160 204l-11-8M160 204l11-8M160 214l-14-8M160 214l14-8"
        stroke="#56705c"
        stroke-width="3.5"
        stroke-linecap="round"
        fill="none"
      />
      <path d="M108 136v92" stroke="#ffffff" stroke-width="5" stroke-linecap="round" opacity=".7" />`,
  ),
  planter: picture(
    "#e2ead2",
    html`<ellipse cx="160" cy="272" rx="96" ry="10" fill="#cbd7b3" />
      <g stroke="#2f6b47" stroke-width="5" stroke-linecap="round" fill="none">
        <path d="M160 168c0-40 0-62 2-92M158 168c-10-34-26-52-50-66M162 168c10-34 26-48 52-60" />
      </g>
      <path d="M162 90c-20-14-20-38 0-58 20 20 20 44 0 58Z" fill="#4f9a68" />
      <path d="M118 112c-26 2-42-12-48-38 28-4 46 12 48 38Z" fill="#3b8057" />
      <path d="M204 116c26 4 44-8 52-34-28-8-48 8-52 34Z" fill="#5fae78" />
      <path d="M142 146c-22 8-40 0-52-22 24-12 44-4 52 22Z" fill="#5fae78" />
      <path d="M180 148c20 10 40 4 52-16-22-14-42-8-52 16Z" fill="#3b8057" />
      <path d="M96 166h128v26H96Z" fill="#c8734e" />
      <path d="M104 192h112l-12 66h-88Z" fill="#d6845d" />
      <path d="M184 192h32l-12 66h-30Z" fill="#bf6c48" />
      <path d="M96 166h128v6H96Z" fill="#b35f3d" opacity=".5" />
      <path d="M88 256h144l-8 14a6 6 0 0 1-5 3H101a6 6 0 0 1-5-3Z" fill="#b9633f" />`,
  ),
} as const;
