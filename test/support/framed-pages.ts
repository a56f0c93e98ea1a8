/**
 * Gives the pages that widget tests put into frames, by their path; `undefined` for any other path.
 *
 * `/puppet` stands for a provider's or the return page: it tells its parent that it is there, and how it was asked
 * for, then says and goes where its parent wants. `/storefront` is a shop's page with one element in it, whose calls
 * go to the test's scripted server, and whose time is the test's.
 */
export function framedPage(url: string, method = "GET", body = ""): string | undefined {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  if (pathname === "/puppet") return puppetPage(method, body);
  if (pathname === "/storefront") {
    return storefrontPage(searchParams.get("attributes") ?? "", searchParams.get("policy") ?? "");
  }
  return undefined;
}

function puppetPage(method: string, body: string): string {
  const request = JSON.stringify({ method, body }).replaceAll("<", "\\u003c");
  return `<!doctype html><html lang="en"><title>Puppet</title><body><input aria-label="card"><script>
    addEventListener("message", ({ source, data }) => {
      if (source !== parent) return;
      for (let count = 0; count < (data.times ?? 1); count += 1) if ("say" in data) parent.postMessage(data.say, "*");
      if (data.go) location.href = data.go;
    });
    parent.postMessage({ puppet: location.href, ...${request} }, "*");
  </script></body></html>`;
}

function storefrontPage(attributes: string, policy: string): string {
  return `<!doctype html><html lang="en"><head><title>Shop</title>
    ${policy === "" ? "" : `<meta http-equiv="Content-Security-Policy" content="${policy}">`}
    <script nonce="shop">
      globalThis.violations = [];
      addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));
      for (const name of ["fetch", "setTimeout", "clearTimeout"]) globalThis[name] = parent[name];
      Object.defineProperty(document, "visibilityState", { get: () => parent.document.visibilityState });
    </script>
    <script type="module" nonce="shop" src="/widget/index.ts"></script>
    </head><body><offsite-checkout ${attributes}></offsite-checkout></body></html>`;
}
