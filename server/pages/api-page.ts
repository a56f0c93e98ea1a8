import { themeDeclarations } from "../../shared/theme.ts";

/** The page that shows `/openapi.json`; Swagger UI renders it, from this server's own files. */
export const API_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Offsite Checkout: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/swagger-ui.css">
<link rel="stylesheet" href="/api/page.css">
<script src="/api/swagger-ui.js" defer></script>
<script src="/api/page.js" defer></script>
</head>
<body>
<main id="api"></main>
<noscript><p>This page needs JavaScript; <a href="/openapi.json">the document itself</a> does not.</p></noscript>
</body>
</html>
`;

/** Starts Swagger UI, without its validator elsewhere, and follows the choice of light or dark. */
export const API_PAGE_SCRIPT = `const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  supportedSubmitMethods: [],
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayOperationId: false,
});
`;

/** Brings Swagger UI into the family: its fonts, its canvas, and room on a phone. */
export const API_PAGE_STYLE = `:root{${themeDeclarations()}color-scheme:light dark}
body{margin:0;background:var(--offsite-canvas);color:var(--offsite-ink);font:var(--offsite-text)/1.5 var(--offsite-font)}
html.dark-mode,html.dark-mode body{background:var(--offsite-canvas)}
.swagger-ui,.swagger-ui .info .title,.swagger-ui .opblock-tag,.swagger-ui .btn{font-family:var(--offsite-font)}
.swagger-ui .wrapper{max-width:1100px;padding:0 16px}
.swagger-ui .info{margin:32px 0}
.swagger-ui .scheme-container{box-shadow:none;background:none;padding:0}
.swagger-ui .opblock{box-shadow:none;border-radius:8px}
.swagger-ui .opblock-tag{color:var(--offsite-ink)!important}
.swagger-ui .opblock-body,.swagger-ui .info{overflow-x:auto}
@media (max-width:600px){
.swagger-ui .opblock .opblock-summary{flex-wrap:wrap}
.swagger-ui .opblock .opblock-summary-path{max-width:100%;word-break:break-word}
.swagger-ui .parameters-col_name,.swagger-ui .response-col_status{min-width:0;width:auto}
.swagger-ui table,.swagger-ui pre,.swagger-ui .highlight-code{max-width:100%;overflow-x:auto}
}
`;
