import type { StoredSession } from "./document.ts";
import { ShardedMap } from "./sharded-map.ts";

/** Sessions by something that several may share, such as their order. */
export class SessionGroups {
  /** Nearly every group is of one session, which then needs no list. */
  readonly #groups = new ShardedMap<StoredSession | StoredSession[]>();

  /** Gives the sessions of a group, in no order. */
  of(key: string): readonly StoredSession[] {
    const sessions = this.#groups.get(key) ?? [];
    return Array.isArray(sessions) ? sessions : [sessions];
  }

  add(key: string, session: StoredSession): void {
    const others = this.#groups.get(key);
    if (others === undefined) this.#groups.set(key, session);
    else if (Array.isArray(others)) others.push(session);
    else this.#groups.set(key, [others, session]);
  }

  remove(key: string, session: StoredSession): void {
    const rest = this.of(key).filter((other) => other !== session);
    if (rest.length === 0) this.#groups.delete(key);
    else this.#groups.set(key, rest);
  }
}
