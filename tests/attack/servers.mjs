/**
 * The servers of the attack besides the Nexus: the attacker's own, one that rebinds its name, and a careless victim that shows
 * that the attacks work where nobody defends himself.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";

const page = (script) => `<!doctype html><meta charset="utf-8"><title>kittens</title><body><script>${script}</script>`;

/** Serves the hostile page to everybody. */
export async function hostile(script) {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(page(script)));
  return listening(server, "127.0.0.1", 0);
}

/**
 * A name that is rebound: until `rebind()` is called its connections get the hostile page, from then on they are the victim's,
 * byte for byte, as they would be after the name's second answer from the DNS.
 */
export async function rebinding(script, victim) {
  let bound = false;
  const server = createTcpServer((socket) => {
    socket.on("error", () => socket.destroy());
    if (!bound) {
      const html = page(script);
      socket.once("data", () =>
        socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${Buffer.byteLength(html)}\r\nconnection: close\r\n\r\n${html}`,
        ),
      );
      return;
    }
    const onward = connect(victim, "127.0.0.1");
    onward.on("error", () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  // Linux has all of 127.0.0.0/8, so that even the port can be the victim's.
  const linux = process.platform === "linux";
  const served = await listening(server, linux ? "127.0.0.9" : "127.0.0.1", linux ? victim : 0);
  return {
    ...served,
    rebind() {
      bound = true;
    },
  };
}

/** Answers everybody, lets every page read it, and opens every socket. */
export async function careless() {
  const server = createServer((asked, answer) => {
    answer.setHeader("access-control-allow-origin", asked.headers.origin ?? "*");
    answer.setHeader("access-control-allow-credentials", "true");
    answer.setHeader("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    answer.setHeader("access-control-allow-headers", asked.headers["access-control-request-headers"] ?? "content-type");
    answer.setHeader("content-type", "text/javascript");
    asked.resume().on("end", () => answer.end("'secret'"));
  });
  server.on("upgrade", (asked, socket) => {
    socket.on("error", () => socket.destroy());
    const key = `${asked.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    const protocol = asked.headers["sec-websocket-protocol"]?.split(",")[0];
    const chosen = protocol ? `sec-websocket-protocol: ${protocol}\r\n` : "";
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n${chosen}sec-websocket-accept: ${accept}\r\n\r\n`,
    );
  });
  return listening(server, "127.0.0.1", 0);
}

function listening(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const close = () => {
        server.closeAllConnections?.();
        server.close();
      };
      resolve({ host, port: server.address().port, close });
    });
  });
}
