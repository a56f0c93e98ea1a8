const LIMIT_MS = 30_000;

/**
 * Waits for what a browser does, for half a minute at most: longer than what is given to a page, so that a browser that
 * answers nothing at all, whose commands have no limit of their own, ends a journey instead of holding it for ever.
 *
 * @throws Error naming what was waited for, with the browser's own as its cause
 */
export async function naming<Value>(what: string, happening: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came in ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([happening, limit]);
  } catch (error) {
    throw new Error(`waited in vain for ${what}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
