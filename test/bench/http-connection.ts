import { connect, type Socket } from "node:net";

/** An answer as it came. */
export interface HttpAnswer {
  status: number;
  contentType: string | null;
  body: string;
}

/** What to ask for. */
export interface HttpRequest {
  method: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  /** JSON. */
  body?: string;
}

const HEADER_END = "\r\n\r\n";

/**
 * One kept-alive HTTP/1.1 connection that sends one request at a time. It understands no more than the measured
 * servers answer, and so costs a fraction of what `node:http` would take of the machine.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null = null;

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (bytes: Buffer) => this.#take(bytes));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  /** @throws Error where the connection fails or the answer is not understood */
  send({ method, path, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
    let text = `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nAccept: */*\r\nUser-Agent: bench\r\n`;
    for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`;
    if (body !== undefined) {
      text += `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${text}\r\n${body ?? ""}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const end = this.#received.indexOf(HEADER_END);
    if (end === -1) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#fail(new Error(`an answer without a length: ${head}`));
      return;
    }
    const start = end + HEADER_END.length;
    if (this.#received.length < start + length) return;
    const body = this.#received.toString("utf8", start, start + length);
    this.#received = this.#received.subarray(start + length);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({
      status: Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 ".length + 3)),
      contentType: /\r\ncontent-type: *([^\r]+)/i.exec(head)?.[1] ?? null,
      body,
    });
  }

  #fail(error: Error): void {
    this.#socket.destroy();
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
