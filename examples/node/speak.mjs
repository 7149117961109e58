// kokorod from Node, without a package: net, and as much of MessagePack as the protocol
// needs (docs/protocol.md).
//
//   node examples/node/speak.mjs "Hello, world" > hello.pcm
//   aplay -t raw -f S16_LE -r 24000 hello.pcm

import { createConnection } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { argv, env, exit, platform, stderr, stdout } from "node:process";

function pack(value) {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === "boolean") return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(9);
    if (Number.isInteger(value)) {
      bytes[0] = 0xd3;
      bytes.writeBigInt64BE(BigInt(value), 1);
    } else {
      bytes[0] = 0xcb;
      bytes.writeDoubleBE(value, 1);
    }
    return bytes;
  }
  if (typeof value === "string") {
    const data = Buffer.from(value, "utf8");
    return Buffer.concat([sized(0xdb, data.length), data]);
  }
  const entries = Object.entries(value);
  const parts = entries.flatMap(([key, item]) => [pack(key), pack(item)]);
  return Buffer.concat([sized(0xdf, entries.length), ...parts]);
}

function sized(first, size) {
  const bytes = Buffer.alloc(5);
  bytes[0] = first;
  bytes.writeUInt32BE(size, 1);
  return bytes;
}

// Reads one value after the other from a frame's body.
class Unpacker {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  unsigned(bytes) {
    const value =
      bytes === 8 ? Number(this.data.readBigUInt64BE(this.at)) : this.data.readUIntBE(this.at, bytes);
    this.at += bytes;
    return value;
  }

  signed(bytes) {
    const value =
      bytes === 8 ? Number(this.data.readBigInt64BE(this.at)) : this.data.readIntBE(this.at, bytes);
    this.at += bytes;
    return value;
  }

  take(size) {
    const part = this.data.subarray(this.at, this.at + size);
    this.at += size;
    return part;
  }

  string = (size) => this.take(size).toString("utf8");
  array = (size) => Array.from({ length: size }, () => this.value());
  map = (size) => Object.fromEntries(Array.from({ length: size }, () => [this.value(), this.value()]));

  value() {
    const first = this.unsigned(1);
    if (first < 0x80) return first;
    if (first < 0x90) return this.map(first & 0x0f);
    if (first < 0xa0) return this.array(first & 0x0f);
    if (first < 0xc0) return this.string(first & 0x1f);
    if (first >= 0xe0) return first - 0x100;
    switch (first) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.take(this.unsigned(1));
      case 0xc5: return this.take(this.unsigned(2));
      case 0xc6: return this.take(this.unsigned(4));
      case 0xca: return this.take(4).readFloatBE();
      case 0xcb: return this.take(8).readDoubleBE();
      case 0xcc: return this.unsigned(1);
      case 0xcd: return this.unsigned(2);
      case 0xce: return this.unsigned(4);
      case 0xcf: return this.unsigned(8);
      case 0xd0: return this.signed(1);
      case 0xd1: return this.signed(2);
      case 0xd2: return this.signed(4);
      case 0xd3: return this.signed(8);
      case 0xd9: return this.string(this.unsigned(1));
      case 0xda: return this.string(this.unsigned(2));
      case 0xdb: return this.string(this.unsigned(4));
      case 0xdc: return this.array(this.unsigned(2));
      case 0xdd: return this.array(this.unsigned(4));
      case 0xde: return this.map(this.unsigned(2));
      case 0xdf: return this.map(this.unsigned(4));
      default: throw new Error(`0x${first.toString(16)} is not used by the protocol`);
    }
  }
}

function socketPath() {
  if (env.KOKORO_SOCKET) return env.KOKORO_SOCKET;
  if (env.KOKORO_HOME) return join(env.KOKORO_HOME, "kokorod.sock");
  if (platform === "darwin")
    return join(homedir(), "Library", "Application Support", "kokorod", "kokorod.sock");
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "kokorod", "kokorod.sock");
}

async function* answers(socket) {
  let arrived = Buffer.alloc(0);
  for await (const chunk of socket) {
    arrived = Buffer.concat([arrived, chunk]);
    while (arrived.length >= 4 && arrived.length >= 4 + arrived.readUInt32BE(0)) {
      const end = 4 + arrived.readUInt32BE(0);
      yield new Unpacker(arrived.subarray(4, end)).value();
      arrived = arrived.subarray(end);
    }
  }
}

function send(socket, message) {
  const body = pack(message);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  socket.write(Buffer.concat([header, body]));
}

const socket = createConnection(socketPath());
send(socket, { type: "hello", id: 0, version: 1, client: "node" });
send(socket, { type: "speak", id: 1, text: argv.slice(2).join(" ") });

for await (const answer of answers(socket)) {
  if (answer.type === "accepted") {
    stderr.write(`${answer.voice} speaks\n`);
  } else if (answer.type === "audio") {
    // Waiting for the reader slows the daemon down: it works for one that listens.
    if (!stdout.write(answer.pcm)) await new Promise((ready) => stdout.once("drain", ready));
  } else if (answer.type === "done") {
    stderr.write(`${answer.stats.sound_s} s of sound\n`);
    socket.end();
    break;
  } else if (answer.type === "error") {
    stderr.write(`${answer.code}: ${answer.message}\n`);
    exit(1);
  }
}
