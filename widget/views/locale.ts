/**
 * Chooses the language for words and amounts: as given, else that of the nearest ancestor that names one, through
 * shadow roots, else that of the document. Gives `undefined`, for the browser's own, where none is a language tag.
 */
export function localeOf(element: Element, given: string | undefined): string | undefined {
  return [given, inheritedLanguage(element), document.documentElement.lang].find(isLocale);
}

function inheritedLanguage(element: Element): string | undefined {
  const named = element.closest("[lang]");
  if (named !== null) return named.getAttribute("lang") ?? undefined;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? inheritedLanguage(root.host) : undefined;
}

function isLocale(tag: string | undefined): boolean {
  try {
    return tag !== undefined && tag !== "" && Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
