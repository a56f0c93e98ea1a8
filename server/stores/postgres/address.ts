import type { ClientConfig } from "pg";

/** What a `postgres://` address says. */
export interface PostgresAddress {
  /** The servers, of which one is the primary. */
  servers: PostgresServer[];
  /** How many connections a process may have. */
  poolSize: number;
}

/** How to reach one server, and what to call it where people read: never with its password. */
export interface PostgresServer {
  name: string;
  config: Pick<ClientConfig, "connectionString">;
}

const POOL_SIZE = 10;
const DEFAULT_PORT = "5432";

/**
 * Reads `postgres://user:password@host:port,host:port/database?…`, with one server or several, as libpq does. Of the
 * parameters `pool_size` is ours, and `target_session_attrs` is always as if it said `read-write`; `pg` knows the rest.
 *
 * @throws RangeError where the address is not of this form
 */
export function parsePostgresAddress(address: string): PostgresAddress {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(\/[^?]*)?(?:\?(.*))?$/.exec(address);
  if (match === null)
    throw new RangeError("a PostgreSQL store's address is postgres://user:password@host:port/database");
  const [, credentials, hosts = "", path = "", query = ""] = match;
  const parameters = new URLSearchParams(query);
  const poolSize = Number(parameters.get("pool_size") ?? POOL_SIZE);
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > 1000) {
    throw new RangeError("pool_size must be an integer from 1 to 1000");
  }
  parameters.delete("pool_size");
  parameters.delete("target_session_attrs");
  const rest = `${path}${parameters.size === 0 ? "" : `?${parameters}`}`;
  const servers = hosts.split(",").map((host) => ({
    name: host === "" ? "localhost" : withPort(host),
    config: { connectionString: `postgres://${credentials === undefined ? "" : `${credentials}@`}${host}${rest}` },
  }));
  if (!servers.every(({ config }) => isReadable(config.connectionString))) {
    throw new RangeError("a PostgreSQL store's address has a wrong port, or a sign that must be percent-encoded");
  }
  return { servers, poolSize };
}

/** `pg` reads an address as a URL, in which a user may stand without a host. */
function isReadable(address: string): boolean {
  return URL.canParse(address) || URL.canParse(address.replace("@/", "@localhost/"));
}

function withPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`;
}
