const LIMIT_MS = 30_000;
const CLOSING_LIMIT_MS = 5000;

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

/**
 * Waits until what a journey no longer needs is closed, for five seconds at most: a browser that does not get round to
 * it says nothing about what the journey has shown. Gives whether it was closed.
 */
export async function letGo(closing: Promise<void>): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, CLOSING_LIMIT_MS, false);
  const isClosed = await Promise.race([
    closing.then(
      () => true,
      () => false,
    ),
    over,
  ]);
  clearTimeout(timer);
  return isClosed;
}
