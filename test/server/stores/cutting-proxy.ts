import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What becomes of the connection on which a commit is sent. */
type Cut =
  /** Nothing. */
  | "none"
  /** It breaks before the database hears of the commit. */
  | "before"
  /** It breaks when the database has heard, and its answer is lost. */
  | "after";

/** A way to a database that can be cut at the moment of a commit, or altogether. */
export interface CuttingProxy {
  /** The address of a database, by way of this. */
  through(address: string): string;
  /** Done once, to the next commit. */
  cut: Cut;
  /** Lets nobody through, and ends all connections. */
  block(): void;
  unblock(): void;
  close(): Promise<void>;
}

/** Starts a proxy to the PostgreSQL server on a port of this machine. */
export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isBlocked = false;
  const server = createServer((client) => {
    if (isBlocked) {
      client.destroy();
      return;
    }
    const database = connect(port, "127.0.0.1");
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    database.pipe(client);
    client.on("data", (bytes) => {
      const cut = bytes.includes("COMMIT\0") ? proxy.cut : "none";
      if (cut !== "none") proxy.cut = "none";
      if (cut === "before") {
        client.destroy();
        return;
      }
      if (cut === "after") {
        database.unpipe(client);
        client.pause();
        // The database goes on with what it has, and nobody hears what it says.
        database.on("data", (answer: Buffer) => {
          if (answer.includes("COMMIT\0")) client.destroy();
        });
        database.resume();
      }
      database.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as AddressInfo).port;
  const proxy: CuttingProxy = {
    through: (address) => address.replace(`:${port}/`, `:${own}/`),
    cut: "none",
    block: () => {
      isBlocked = true;
      for (const socket of sockets) socket.destroy();
    },
    unblock: () => {
      isBlocked = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
